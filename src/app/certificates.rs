//! The certificates that are shown: to browsers, to mail programs and by SMTP a usual one each, and to whoever asks
//! for another host name the one that is for it.

use std::collections::BTreeMap;
use std::path::Path;

use super::{App, StartError};
use crate::config::{Certificate, Config};
use crate::net::tls::Shown;
use crate::net::{Pair, TlsAcceptor, TlsError};

/// The certificates of `[[certificate]]`, by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Further(BTreeMap<String, Pair>);

/// What is shown.
#[derive(Debug, Default)]
pub(super) struct Certificates {
    http: Option<TlsAcceptor>,
    hold: Option<TlsAcceptor>,
    smtp: Option<TlsAcceptor>,
    further: Further,
}

fn read(certificate: &Certificate) -> Result<Pair, TlsError> {
    Pair::read(&certificate.certificate_file, &certificate.key_file)
}

impl Further {
    /// As they are now. The certificate of one brand must not keep the others from theirs: what cannot be read stays
    /// as it was before, and is left out if it was not there.
    fn of(config: &Config, before: &Self) -> Self {
        let mut all = BTreeMap::new();
        for certificate in &config.certificate {
            let name = &certificate.name;
            let pair = read(certificate).or_else(|error| {
                let kept = before.0.get(name).cloned();
                let is_kept = kept.is_some();
                tracing::error!(certificate = %name, %error, is_kept, "a certificate cannot be used");
                kept.ok_or(error)
            });
            if let Ok(pair) = pair {
                all.insert(name.clone(), pair);
            }
        }
        Self(all)
    }
}

/// Reads the certificates of `[[certificate]]`, which a start does without.
///
/// # Errors
/// Which cannot be used, and why.
pub(super) fn check(config: &Config) -> Result<(), StartError> {
    for certificate in &config.certificate {
        read(certificate).map_err(|error| StartError::FurtherCertificate {
            name: certificate.name.clone(),
            error,
        })?;
    }
    Ok(())
}

impl Certificates {
    /// As the configuration has them now.
    ///
    /// # Errors
    /// When a usual one cannot be used.
    pub(super) fn of(config: &Config, before: &Further) -> Result<Self, StartError> {
        let further = Further::of(config, before);
        let acceptor = |files: [Option<&Path>; 2], wrong: fn(TlsError) -> StartError| {
            let [Some(certificate), Some(key)] = files else {
                return Ok(None);
            };
            Pair::read(certificate, key)
                .and_then(|usual| TlsAcceptor::of(&usual, further.0.values()))
                .map(Some)
                .map_err(wrong)
        };
        let (http, hold, smtp) = (&config.http, &config.hold, &config.smtp);
        let files = |certificate, key| [Option::as_deref(certificate), Option::as_deref(key)];
        let of_http = files(&http.tls_certificate_file, &http.tls_key_file);
        let of_hold = files(&hold.tls_certificate_file, &hold.tls_key_file);
        let of_smtp = files(&smtp.tls_certificate_file, &smtp.tls_key_file);
        let http = acceptor(of_http, StartError::Certificate)?;
        let hold = acceptor(of_hold, StartError::HoldCertificate)?;
        let smtp = acceptor(of_smtp, StartError::SmtpCertificate)?;
        Ok(Self {
            hold: hold.or_else(|| http.clone()),
            smtp: smtp.or_else(|| http.clone()),
            http,
            further,
        })
    }

    /// What each section shows.
    fn shown(&self) -> BTreeMap<String, Shown> {
        let usual = [
            ("http", &self.http),
            ("hold", &self.hold),
            ("smtp", &self.smtp),
        ];
        let usual = usual.into_iter().filter_map(|(section, acceptor)| {
            let shown = acceptor.as_ref()?.shown().clone();
            Some((section.to_owned(), shown))
        });
        let further = self.further.0.iter();
        let further =
            further.map(|(name, pair)| (format!("certificate.{name}"), pair.shown().clone()));
        usual.chain(further).collect()
    }
}

impl App {
    /// Shows these from now on.
    pub(super) fn show(&self, certificates: Certificates) {
        self.shown.set(certificates.shown());
        self.tls.set(certificates.http);
        self.hold_tls.set(certificates.hold);
        self.smtp_tls.set(certificates.smtp);
        *self.further() = certificates.further;
    }
}

#[cfg(test)]
mod tests;
