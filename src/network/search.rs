pub struct Nearest; pub struct Search;
