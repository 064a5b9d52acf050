//! Mail in by SMTP on real parts: Postfix, Exim and swaks hand over; strangers come through a load
//! balancer's header; a name server answers about SPF, DKIM and DMARC.

mod admission;
mod bed;
mod interop;
mod odd;
mod perimeter;
mod strangers;
mod tls;
mod wire;
