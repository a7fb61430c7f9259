//! Which column of a table stands for what, by its name first and by its values where no name tells.

use std::collections::{BTreeMap, BTreeSet};

use super::profile::{Profile, Profiles};
use super::words::{Role, likeness};

/// Which column stands for what.
pub(super) struct Roles<'p> {
    pub(super) profiles: &'p Profiles,
    columns: BTreeMap<Role, usize>,
}

impl<'p> Roles<'p> {
    /// Gives every role the column that fits it best, surest pairs first.
    pub(super) fn of(profiles: &'p Profiles) -> Roles<'p> {
        const ALL: &[Role] = &[
            Role::Conversation,
            Role::Created,
            Role::FirstReplied,
            Role::Solved,
            Role::Closed,
            Role::Updated,
            Role::When,
            Role::Activity,
            Role::Status,
            Role::Agent,
            Role::Customer,
            Role::Team,
            Role::Channel,
            Role::Priority,
            Role::Tags,
            Role::Score,
            Role::Comment,
            Role::Order,
            Role::Amount,
            Role::Currency,
        ];
        let mut pairs: Vec<(f64, usize, Role)> = Vec::new();
        for (at, profile) in profiles.columns.iter().enumerate() {
            pairs.extend(
                ALL.iter()
                    .map(|role| (likeness(&profile.plain, *role) * fit(profile, *role, profiles.rows), at, *role)),
            );
        }
        pairs.sort_by(|(a, a_at, _), (b, b_at, _)| b.total_cmp(a).then(a_at.cmp(b_at)));
        let mut columns = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (likeness, at, role) in pairs {
            if likeness > 0.4 && !columns.contains_key(&role) && taken.insert(at) {
                columns.insert(role, at);
            }
        }
        let mut roles = Roles { profiles, columns };
        roles.fill_by_content(&mut taken);
        roles
    }

    /// Roles that no name tells but the values do: the only time, the only repeated id, the words that repeat.
    fn fill_by_content(&mut self, taken: &mut BTreeSet<usize>) {
        let free = |taken: &BTreeSet<usize>, fits: &dyn Fn(&Profile) -> bool| {
            self.profiles
                .columns
                .iter()
                .enumerate()
                .find(|(at, profile)| !taken.contains(at) && fits(profile))
                .map(|(at, _)| at)
        };
        if self.time().is_none()
            && let Some(at) = free(taken, &Profile::is_time)
        {
            taken.insert(at);
            self.columns.insert(Role::When, at);
        }
        self.fill_nameless(taken);
        let rows = self.profiles.rows;
        let free = |taken: &BTreeSet<usize>, fits: &dyn Fn(&Profile) -> bool| {
            self.profiles
                .columns
                .iter()
                .enumerate()
                .find(|(at, profile)| !taken.contains(at) && fits(profile))
                .map(|(at, _)| at)
        };
        if !self.columns.contains_key(&Role::Score)
            && self.profiles.columns.len() <= 3
            && let Some(at) = free(taken, &|profile| profile.is_score())
        {
            taken.insert(at);
            self.columns.insert(Role::Score, at);
        }
        let is_log = |profile: &Profile| {
            profile.filled == rows && profile.distinct() * 2 < rows && profile.distinct() > 20 && !profile.is_time()
        };
        let free = |taken: &BTreeSet<usize>, fits: &dyn Fn(&Profile) -> bool| {
            self.profiles
                .columns
                .iter()
                .enumerate()
                .find(|(at, profile)| !taken.contains(at) && fits(profile))
                .map(|(at, _)| at)
        };
        if !self.columns.contains_key(&Role::Conversation)
            && self.columns.contains_key(&Role::Activity)
            && let Some(at) = free(taken, &is_log)
        {
            taken.insert(at);
            self.columns.insert(Role::Conversation, at);
        }
    }

    /// Columns without names: an amount has a part after the point, a customer's id repeats.
    fn fill_nameless(&mut self, taken: &mut BTreeSet<usize>) {
        let is_nameless = self.profiles.columns.iter().all(|profile| profile.plain.starts_with("column_"));
        if !is_nameless || self.time().is_none() {
            return;
        }
        let rows = self.profiles.rows;
        let is_amount = |profile: &Profile| profile.is_number() && profile.has_parts() && profile.distinct() > 5;
        let is_id = |profile: &Profile| {
            profile.filled == rows && profile.distinct() < rows && profile.distinct() * 20 > rows && !profile.is_time()
        };
        for (role, fits) in [(Role::Amount, &is_amount as &dyn Fn(&Profile) -> bool), (Role::Customer, &is_id)] {
            let free = |(at, profile): &(usize, &Profile)| !taken.contains(at) && fits(profile);
            if let Some((at, _)) = self.profiles.columns.iter().enumerate().find(free) {
                taken.insert(at);
                self.columns.insert(role, at);
            }
        }
    }

    pub(super) fn get(&self, role: Role) -> Option<&'p Profile> {
        self.columns.get(&role).and_then(|at| self.profiles.columns.get(*at))
    }

    /// When a row, or the case of a row, began.
    pub(super) fn time(&self) -> Option<&'p Profile> {
        self.get(Role::When).or_else(|| self.get(Role::Created)).or_else(|| self.get(Role::Updated))
    }
}

/// Whether the values of a column are what a role needs.
fn fit(profile: &Profile, role: Role, rows: usize) -> f64 {
    let if_true = |fits: bool| if fits { 1.0 } else { 0.0 };
    match role {
        Role::Created | Role::FirstReplied | Role::Solved | Role::Closed | Role::Updated | Role::When => {
            if_true(profile.is_time())
        }
        Role::Conversation | Role::Order => {
            if_true(profile.filled * 10 >= rows * 9 && profile.distinct() > 1 && !profile.is_time())
        }
        Role::Activity | Role::Status => if_true(profile.is_category() && profile.is_words()),
        Role::Team | Role::Channel => if_true(profile.is_category()),
        Role::Priority => {
            if_true(profile.is_category() && profile.distinct() <= 20) * if profile.distinct() > 1 { 1.0 } else { 0.5 }
        }
        Role::Score => if_true(profile.is_score()),
        Role::Amount => if_true(profile.is_number()),
        Role::Agent | Role::Customer | Role::Tags | Role::Comment | Role::Currency => {
            if_true(!profile.is_time() && profile.filled > 0)
        }
    }
}
