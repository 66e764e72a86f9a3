// GET /api/me: nearly all of it is private, so every private text here is unmistakable and must never turn up anywhere else.

import type { StartedMember } from './members.ts';
import { countWorkouts } from './overview.ts';
import { listWorkouts } from './workout-history.ts';

const body = {
  ...{ gender: 'female', birthday: 479_520_000, weight: 151.7, weight_unit: 'lb', height: 66.3, height_unit: 'in' },
  ...{ default_max_heart_rate: 180, default_heart_rate_zones: [0, 117, 135, 153, 171] },
  ...{ customized_max_heart_rate: 0, customized_heart_rate_zones: [] },
  ...{ cycling_ftp: 171, cycling_ftp_source: 'ftp_workout_source', cycling_ftp_workout_id: null },
  ...{ cycling_workout_ftp: 171, estimated_cycling_ftp: 168 },
};

const account = {
  ...{ locale: 'en-US', created_country: null, instructor_id: null, hardware_settings: null },
  ...{ total_followers: 23, total_following: 31, total_pending_followers: 0, referrals_made: 0, v1_referrals_made: 0 },
  ...{ is_profile_private: true, is_strava_authenticated: false, is_fitbit_authenticated: false, is_demo: false },
  ...{
    is_provisional: false,
    is_complete_profile: true,
    is_effort_score_enabled: true,
    is_profile_image_default: false,
  },
  ...{ is_internal_beta_tester: false, is_external_beta_tester: false, can_charge: true, has_signed_waiver: true },
  ...{ has_active_device_subscription: true, has_active_digital_subscription: false },
  ...{ block_explicit: false, block_prenatal: false, allow_marketing: false },
  ...{ external_music_auth_list: [], contract_agreements: [], member_groups: [] },
  ...{ subscription_credits: 0, subscription_credits_used: 0, facebook_id: null, facebook_access_token: null },
  quick_hits: { quick_hits_enabled: true, speed_shortcuts: null, incline_shortcuts: null },
};

export function describeMember(member: StartedMember, now: Date): Record<string, unknown> {
  const { serial_number, ...person } = describePerson(member);
  const workouts = listWorkouts(member, now);
  const measured = workouts.filter(({ outputJoules }) => outputJoules).length;
  return {
    ...{ ...person, ...body, ...account },
    paired_devices: [{ name: 'Heart Band', paired_device_type: 'heart_rate_monitor', serial_number }],
    created_at: Date.parse(member.since) / 1000,
    // Stale in the real one too.
    last_workout_at: Math.floor((workouts[0]?.startsAt.getTime() ?? 0) / 1000),
    total_workouts: workouts.length,
    total_pedaling_metric_workouts: measured,
    total_non_pedaling_metric_workouts: workouts.length - measured,
    // A plain list here; the overview has an object under the same name.
    workout_counts: countWorkouts(workouts).workouts.map(({ workout_name: _name, ...entry }) => entry),
  };
}

/** What a leak would show: every private text of the profile. */
export function listPrivateTexts(member: StartedMember): string[] {
  return Object.values(describePerson(member));
}

function describePerson({ id, username, name }: StartedMember) {
  return {
    id,
    username,
    name: `Privatename-${name} Privatesurname-${name}`,
    first_name: `Privatename-${name}`,
    middle_initial: `Privateinitial-${name}`,
    last_name: `Privatesurname-${name}`,
    email: `private.${name}@mail.example.invalid`,
    obfuscated_email: `private-mail-hash-${name}`,
    phone_number: `+000-private-${name}`,
    location: `Privatetown-${name}`,
    image_url: `https://s3.amazonaws.com/peloton-profile-images/private-${name}`,
    referral_code: `private-referral-${name}`,
    serial_number: `private-serial-${name}`,
  };
}
