//! What of the mailboxes is asked for.

use std::str::FromStr;

use crate::clock::Timestamp;
use crate::ids::{DomainName, MailstoreId, ResellerId};
use crate::route::{Overrides, Rank, Route, Setting};
use crate::service::ServiceError;
use crate::service::mailboxes::route_name;

/// Where mail goes, to choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteFilter {
    /// Not to the mailstore.
    Affected,
    /// This way.
    Is(Route),
}

impl FromStr for RouteFilter {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        match text {
            "affected" => Ok(Self::Affected),
            "primary" => Ok(Self::Is(Route::Primary)),
            "standby" => Ok(Self::Is(Route::Standby)),
            "queue" => Ok(Self::Is(Route::Queue)),
            _ => Err(ServiceError::Invalid {
                field: "route",
                text: "write affected, primary, standby or queue".to_owned(),
            }),
        }
    }
}

impl RouteFilter {
    pub(super) fn takes(self, route: Route) -> bool {
        match self {
            Self::Affected => matches!(route, Route::Standby | Route::Queue),
            Self::Is(wanted) => route == wanted,
        }
    }
}

/// A mailbox's own setting, to choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingFilter {
    /// Whatever it is.
    Any,
    /// This one.
    Is(Setting),
}

impl FromStr for SettingFilter {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        match text {
            "any" => Ok(Self::Any),
            "primary" => Ok(Self::Is(Setting::Primary)),
            "standby" => Ok(Self::Is(Setting::Standby)),
            "queue" => Ok(Self::Is(Setting::Queue)),
            _ => Err(ServiceError::Invalid {
                field: "override",
                text: "write any, primary, standby or queue".to_owned(),
            }),
        }
    }
}

impl SettingFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Is(Setting::Primary) => "primary",
            Self::Is(Setting::Standby) => "standby",
            Self::Is(Setting::Queue) => "queue",
        }
    }

    pub(super) fn takes(self, set: &Overrides, now: Timestamp) -> bool {
        let mut in_force = [Rank::Operator, Rank::Reseller]
            .into_iter()
            .filter_map(|rank| set.of_rank(rank, now));
        match self {
            Self::Any => in_force.next().is_some(),
            Self::Is(wanted) => in_force.any(|one| one.setting == wanted),
        }
    }
}

/// What is asked for; all of it must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// On this mailstore.
    pub mailstore: Option<MailstoreId>,
    /// In this domain.
    pub domain: Option<DomainName>,
    /// Of this reseller; a reseller's own are asked for anyway.
    pub reseller: Option<ResellerId>,
    /// By where mail goes; none: however it does.
    pub route: Option<RouteFilter>,
    /// With a setting of its own in force.
    pub setting: Option<SettingFilter>,
    /// Whose address begins so.
    pub prefix: String,
    /// With mail here that is still to be merged.
    pub unmerged: bool,
    /// Whose merge waits for a reason of its own.
    pub blocked: bool,
}

impl Filter {
    /// As a query says it.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let route = self.route.map(|route| match route {
            RouteFilter::Affected => "affected",
            RouteFilter::Is(route) => route_name(route),
        });
        let pairs = [
            (
                "mailstore",
                self.mailstore.as_ref().map(ToString::to_string),
            ),
            ("domain", self.domain.as_ref().map(ToString::to_string)),
            ("reseller", self.reseller.as_ref().map(ToString::to_string)),
            ("route", route.map(str::to_owned)),
            ("override", self.setting.map(|own| own.as_str().to_owned())),
            (
                "prefix",
                Some(self.prefix.clone()).filter(|text| !text.is_empty()),
            ),
            ("unmerged", self.unmerged.then(|| "true".to_owned())),
            ("blocked", self.blocked.then(|| "true".to_owned())),
        ];
        let set = pairs.into_iter();
        set.filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}
