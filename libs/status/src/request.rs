use authority::{Authorized, Identified, Policy};
use errors::Failure;

/// A request whose caller may call the method.
#[derive(Debug)]
pub struct Request<R> {
    message: R,
    caller: Authorized,
}

impl<R> Request<R> {
    /// Checks that the caller, which the server has identified, may call the method.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] if no role of the caller may.
    pub fn authorize(
        request: tonic::Request<R>,
        method: &str,
        policy: Policy,
    ) -> Result<Self, Failure> {
        let (_, extensions, message) = request.into_parts();
        let identified = extensions.get::<Identified>();
        let identified = identified.ok_or_else(|| Failure::bug("the caller is not identified"))?;
        let caller = identified.authorize(policy);
        let forbidden = |forbidden| Failure::Forbidden { method: method.to_owned(), forbidden };
        Ok(Self { message, caller: caller.map_err(forbidden)? })
    }

    /// The caller.
    pub const fn caller(&self) -> &Authorized {
        &self.caller
    }

    /// The message.
    pub const fn get_ref(&self) -> &R {
        &self.message
    }

    /// The message.
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.message
    }

    /// Message and caller.
    pub fn into_parts(self) -> (R, Authorized) {
        (self.message, self.caller)
    }
}
