// Makes the body of GET /api/me. Nearly all of the profile is private, so every private text here is easy to recognize, and
// tests look for these texts where they must not be.

import type { StartedMember } from './members.ts';
import { countWorkouts } from './overview.ts';
import { listWorkouts } from './workout-history.ts';

const details = {
  gender: 'female',
  birthday: 479_520_000,
  weight: 151.7,
  weight_unit: 'lb',
  height: 66.3,
  height_unit: 'in',
  default_max_heart_rate: 180,
  default_heart_rate_zones: [0, 117, 135, 153, 171],
  cycling_ftp: 171,
  cycling_ftp_source: 'ftp_workout_source',
  estimated_cycling_ftp: 168,
  total_followers: 23,
  total_following: 31,
  locale: 'en-US',
  quick_hits: { quick_hits_enabled: true, speed_shortcuts: null, incline_shortcuts: null },
};

const alike: readonly [value: unknown, keys: string][] = [
  [true, 'is_profile_private is_complete_profile is_effort_score_enabled has_active_device_subscription'],
  [true, 'can_charge has_signed_waiver'],
  [false, 'is_strava_authenticated is_fitbit_authenticated is_provisional is_demo is_profile_image_default'],
  [false, 'has_active_digital_subscription block_explicit block_prenatal allow_marketing'],
  [false, 'is_internal_beta_tester is_external_beta_tester'],
  [0, 'customized_max_heart_rate cycling_workout_ftp total_pending_followers referrals_made v1_referrals_made'],
  [0, 'subscription_credits subscription_credits_used'],
  [null, 'cycling_ftp_workout_id created_country hardware_settings facebook_id facebook_access_token instructor_id'],
  [[], 'customized_heart_rate_zones external_music_auth_list contract_agreements member_groups'],
];
const settings = Object.fromEntries(alike.flatMap(([value, keys]) => keys.split(' ').map(key => [key, value])));

/** Makes the profile of a member at an instant. */
export function describeMember(member: StartedMember, now: Date): Record<string, unknown> {
  const { serial_number, ...person } = describePerson(member);
  const workouts = listWorkouts(member, now);
  const measured = workouts.filter(({ outputJoules }) => outputJoules).length;
  return {
    ...person,
    ...details,
    ...settings,
    paired_devices: [{ name: 'Heart Band', paired_device_type: 'heart_rate_monitor', serial_number }],
    created_at: Date.parse(member.since) / 1000,
    // Out of date, as in Peloton's own profile: this is the first workout.
    last_workout_at: Math.floor((workouts[0]?.startsAt.getTime() ?? 0) / 1000),
    total_workouts: workouts.length,
    total_pedaling_metric_workouts: measured,
    total_non_pedaling_metric_workouts: workouts.length - measured,
    // A list, unlike the object of the same name in the overview.
    workout_counts: countWorkouts(workouts).workouts.map(({ workout_name: _name, ...entry }) => entry),
  };
}

/** Every private text of the profile, for tests that look for leaks. */
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
