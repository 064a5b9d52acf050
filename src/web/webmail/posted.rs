//! The form for writing, as it is posted: its fields, and its files taken into the store while they
//! arrive.
//!
//! A browser sends the fields before the files. What is wrong with a file is no reason to lose the
//! text: the rest of the form is still read, as far as the server takes it, and the form comes back.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::http::StatusCode;

use super::compose::letter_of;
use crate::service::attach::{Attached, Attaching};
use crate::service::mailbox_write::{Letter, WriteError};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::form::Form;
use crate::web::session::Session;

/// Most text in the fields of a form, in bytes.
const FIELDS_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A posted form.
#[derive(Debug)]
pub struct Posted {
    /// Its fields.
    pub form: Form,
    /// The letter in it.
    pub letter: Letter,
    /// What the draft's body is to be, if files arrived.
    pub files: Option<Attached>,
    /// Why files did not make it.
    pub problem: Option<WriteError>,
}

/// Reads a form. Without a session its files are passed over, and so they are if the form is not the
/// session's.
///
/// # Errors
/// [`Fault::Bad`] if it is no such form or breaks off, [`Fault::TooLarge`] if it is too large before
/// there is any text to show again.
pub async fn read(
    web: &Web,
    session: Option<&Session>,
    mut multipart: Multipart,
) -> Result<Posted, Fault> {
    let mut form = Form::default();
    let mut text_left = FIELDS_BYTES_MAX;
    let mut taking = Taking::Nothing;
    loop {
        let field = match multipart.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => {
                taking.cut_off(&error, &form)?;
                break;
            }
        };
        if field.file_name().is_none() {
            let name = field.name().unwrap_or_default().to_owned();
            let text = text(field, &mut text_left).await?;
            form.push(name, text)?;
            continue;
        }
        taking.file(web, session, field, &form).await?;
    }
    let letter = letter_of(&form);
    let (files, mut problem) = match taking {
        Taking::Files(attaching) if attaching.is_new() => match attaching.finish().await {
            Ok(attached) => (Some(attached), None),
            Err(error) => (None, Some(error)),
        },
        Taking::Failed(error) => (None, Some(error)),
        Taking::Files(_) | Taking::Nothing | Taking::PassingOver => (None, None),
    };
    if files.as_ref().is_some_and(Attached::is_missing) {
        problem = Some(WriteError::FileGone);
    }
    Ok(Posted {
        form,
        letter,
        files,
        problem,
    })
}

/// What is done with the files of a form.
enum Taking {
    /// None came yet.
    Nothing,
    /// They are not this session's to store.
    PassingOver,
    /// They are stored.
    Files(Box<Attaching>),
    /// One was not, and what follows is passed over.
    Failed(WriteError),
}

impl Taking {
    async fn begin(web: &Web, session: Option<&Session>, form: &Form) -> Self {
        let own = session.filter(|session| session.check(form.get("csrf")).is_ok());
        let Some(session) = own else {
            return Self::PassingOver;
        };
        let letter = letter_of(form);
        match Attaching::begin(&web.service, &session.actor, &letter).await {
            Ok(attaching) => Self::Files(Box::new(attaching)),
            Err(error) => Self::Failed(error),
        }
    }

    /// Takes a file, or passes over it.
    async fn file(
        &mut self,
        web: &Web,
        session: Option<&Session>,
        mut field: Field<'_>,
        form: &Form,
    ) -> Result<(), Fault> {
        let name = field.file_name().unwrap_or_default().to_owned();
        let content_type = field.content_type().unwrap_or_default().to_owned();
        if name.is_empty() {
            // No file was chosen.
            while let Some(_empty) = field.chunk().await.map_err(|_| Fault::Bad)? {}
            return Ok(());
        }
        if matches!(self, Self::Nothing) {
            *self = Self::begin(web, session, form).await;
        }
        self.feed(async |attaching| attaching.start(&name, &content_type).await)
            .await;
        loop {
            match field.chunk().await {
                Ok(Some(piece)) => self.feed(async |to| to.write(&piece).await).await,
                Ok(None) => break,
                Err(error) => return self.cut_off(&error, form),
            }
        }
        self.feed(async |attaching| attaching.end().await).await;
        Ok(())
    }

    /// Does something with what takes files in, if it still does.
    async fn feed(&mut self, work: impl AsyncFnOnce(&mut Attaching) -> Result<(), WriteError>) {
        if let Self::Files(attaching) = self
            && let Err(error) = work(attaching).await
        {
            *self = Self::Failed(error);
        }
    }

    /// The form ends before its end.
    fn cut_off(&mut self, error: &MultipartError, form: &Form) -> Result<(), Fault> {
        if error.status() != StatusCode::PAYLOAD_TOO_LARGE {
            return Err(Fault::Bad);
        }
        if form.get("key").is_empty() {
            return Err(Fault::TooLarge);
        }
        *self = Self::Failed(WriteError::TooLarge);
        Ok(())
    }
}

async fn text(mut field: Field<'_>, left: &mut usize) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    let fault = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge,
        _ => Fault::Bad,
    };
    while let Some(piece) = field.chunk().await.map_err(fault)? {
        *left = left.checked_sub(piece.len()).ok_or(Fault::TooLarge)?;
        bytes.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
