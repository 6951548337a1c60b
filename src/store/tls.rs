//! An encrypted connection to the database, by the TLS that is in the program for other reasons. Who is at the other end
//! is always proven: a certificate of another name, or of nobody who is trusted, ends the connection.

use super::{StoreError, Stored};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Whom to believe that a server is who it says.
#[derive(Clone)]
pub(super) struct Tls(Arc<ClientConfig>);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Believes the authorities of this file, or those that the system does.
    ///
    /// # Errors
    /// When the file cannot be read, or there is no certificate anywhere.
    pub(super) fn of(root_file: Option<&Path>) -> Stored<Self> {
        let mut roots = RootCertStore::empty();
        match root_file {
            Some(path) => {
                let odd = |why: String| StoreError::Refused(format!("{}: {why}", path.display()));
                let found = CertificateDer::pem_file_iter(path).map_err(|why| odd(why.to_string()))?;
                for certificate in found {
                    let certificate = certificate.map_err(|why| odd(why.to_string()))?;
                    roots.add(certificate).map_err(|why| odd(why.to_string()))?;
                }
                if roots.is_empty() {
                    return Err(odd("there is no certificate in it (-----BEGIN CERTIFICATE-----)".to_owned()));
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                if roots.is_empty() {
                    return Err(StoreError::Refused(
                        "This system trusts nobody; name the authority's certificate: sslrootcert=FILE".to_owned(),
                    ));
                }
            }
        }
        let odd = |why: tokio_rustls::rustls::Error| StoreError::Refused(format!("TLS: {why}"));
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().map_err(odd)?;
        Ok(Self(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
    }
}

/// The name of a server, and whom to believe about it.
pub(super) struct Named(Tls, ServerName<'static>);

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Encrypted;
    type TlsConnect = Named;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<Named, InvalidDnsNameError> {
        Ok(Named(self.clone(), ServerName::try_from(host.to_owned())?))
    }
}

impl TlsConnect<Socket> for Named {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Handshake;

    fn connect(self, socket: Socket) -> Handshake {
        Handshake(tokio_rustls::TlsConnector::from(self.0.0).connect(self.1, socket))
    }
}

/// A handshake that is not over.
pub(super) struct Handshake(tokio_rustls::Connect<Socket>);

impl Future for Handshake {
    type Output = io::Result<Encrypted>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(ready!(Pin::new(&mut self.0).poll(context)).map(Encrypted))
    }
}

/// An encrypted connection.
pub(super) struct Encrypted(tokio_rustls::client::TlsStream<Socket>);

impl AsyncRead for Encrypted {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl TlsStream for Encrypted {
    /// The server is proven by its certificate; the password is not bound to the connection beside that.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}
