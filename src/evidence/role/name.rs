//! Roles by the names that reports write.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::detection::Role;

const ROLES: [Role; 10] = [
    Role::LicenseText,
    Role::Shipped,
    Role::Test,
    Role::Docs,
    Role::Example,
    Role::BuildSystem,
    Role::Vendored,
    Role::Generated,
    Role::ThirdParty,
    Role::OtherPlatform,
];

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || ROLES.map(|role| role.to_string()).join(", ");
        let found = ROLES.into_iter().find(|role| role.to_string() == text);
        found.ok_or_else(|| format!("no such role `{text}`; there are {}", known()))
    }
}

/// A role that a file of rules or of configuration names.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct RoleName(pub Role);

impl TryFrom<String> for RoleName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(RoleName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_read_back() {
        assert!(ROLES.iter().all(|role| role.to_string().parse() == Ok(*role)));
        assert!("shiped".parse::<Role>().is_err());
    }
}
