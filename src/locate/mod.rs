//! Facility location: where sites should open, with proof.
pub mod problem;
pub mod solution;
mod branch;
mod clock;
mod core;
mod interchange;
mod lagrange;
mod mip;
/// gap
pub const GAP: f64 = 1e-9;

/// dev
pub mod dev {
    use super::core::*;
    use super::*;
    pub fn pmed(path: &str, secs: u64) -> (f64, f64, bool, usize, f64) {
        let t: Vec<usize> = std::fs::read_to_string(path).unwrap().split_whitespace().map(|x| x.parse().unwrap()).collect();
        let (n, p) = (t[0], t[2]);
        let mut d = vec![1e9; n * n];
        for e in t[3..].chunks(3) { let (a, b) = (e[0]-1, e[1]-1); d[a*n+b] = e[2] as f64; d[b*n+a] = e[2] as f64; }
        for i in 0..n { d[i*n+i] = 0.0; }
        for k in 0..n { for i in 0..n { let x = d[i*n+k]; if x < 1e9 { for j in 0..n { let y = x + d[k*n+j]; if y < d[i*n+j] { d[i*n+j] = y; } } } } }
        let t0 = std::time::Instant::now();
        let mut rows = Rows::new();
        for i in 0..n {
            let mut l: Vec<(f64, u32)> = (0..n).map(|j| (d[i*n+j], j as u32)).collect();
            l.sort_by(|a,b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let out = l[n-p].0;
            for (c, j) in l { if c < out { rows.sites.push(j); rows.costs.push(c); } }
            rows.close(out);
        }
        let core = Core::new(rows, Limit::Count(p), (0..n).collect(), vec![], 0.0);
        let clock = clock::Clock::start(problem::Effort{time_limit: std::time::Duration::from_secs(secs), ..Default::default()});
        let f = branch::solve(&core, None, &clock);
        (f.value, f.bound, f.proven, f.nodes, t0.elapsed().as_secs_f64())
    }
    pub fn mclp(dem: &[(f64,f64,f64)], sites: &[(f64,f64)], r: f64, p: usize, secs: u64) -> (f64, f64, bool, usize, f64) {
        let t0 = std::time::Instant::now();
        let mut rows = Rows::new();
        for &(x,y,w) in dem {
            for (j,s) in sites.iter().enumerate() { if (s.0-x).powi(2)+(s.1-y).powi(2) <= r*r { rows.sites.push(j as u32); rows.costs.push(0.0); } }
            rows.close(w);
        }
        let total: f64 = dem.iter().map(|d| d.2).sum();
        let core = Core::new(rows, Limit::Count(p), (0..sites.len()).collect(), vec![], 0.0);
        let clock = clock::Clock::start(problem::Effort{time_limit: std::time::Duration::from_secs(secs), ..Default::default()});
        let f = branch::solve(&core, None, &clock);
        (total-f.value, total-f.bound, f.proven, f.nodes, t0.elapsed().as_secs_f64())
    }
}
