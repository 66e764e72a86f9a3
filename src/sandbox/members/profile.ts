// GET /api/me: nearly all of it is private, so every private value here is unmistakable and must never turn up anywhere else.

import type { StartedMember } from './members.ts';
import { countWorkouts } from './overview.ts';
import { listWorkouts } from './workout-history.ts';

const heartRateZones = [0, 117, 135, 153, 171];

export function describeMember(member: StartedMember, now: Date): Record<string, unknown> {
  const workouts = listWorkouts(member, now);
  const measured = workouts.filter(({ outputJoules }) => outputJoules).length;
  return {
    ...describePerson(member),
    ...describeBody(),
    ...describeAccount(),
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
  const { gender: _gender, locale: _locale, ...person } = describePerson(member);
  const devices = describeAccount().paired_devices.map(device => device.serial_number);
  return [...Object.values(person), ...devices].filter(value => typeof value === 'string').filter(text => text !== '');
}

function describePerson({ id, username, name }: StartedMember) {
  return {
    id,
    username,
    name: `Privatename-${name} Privatesurname-${name}`,
    first_name: `Privatename-${name}`,
    last_name: `Privatesurname-${name}`,
    middle_initial: '',
    email: `private.${name}@mail.example.invalid`,
    obfuscated_email: `private-mail-hash-${name}`,
    phone_number: `+000-private-${name}`,
    gender: 'female',
    birthday: 479_520_000,
    location: `Privatetown-${name}`,
    image_url: `https://s3.amazonaws.com/peloton-profile-images/private-${name}`,
    is_profile_image_default: false,
    created_country: null,
    locale: 'en-US',
  };
}

function describeBody() {
  return {
    ...{ weight: 151.7, weight_unit: 'lb', height: 66.3, height_unit: 'in' },
    default_max_heart_rate: 180,
    customized_max_heart_rate: 0,
    default_heart_rate_zones: heartRateZones,
    customized_heart_rate_zones: [],
    cycling_ftp: 171,
    cycling_ftp_source: 'ftp_workout_source',
    cycling_ftp_workout_id: null,
    cycling_workout_ftp: 171,
    estimated_cycling_ftp: 168,
  };
}

function describeAccount() {
  return {
    ...{ total_followers: 23, total_following: 31, total_pending_followers: 0 },
    ...{
      is_profile_private: true,
      is_strava_authenticated: false,
      is_fitbit_authenticated: false,
      is_provisional: false,
    },
    ...{ is_demo: false, is_complete_profile: true, is_effort_score_enabled: true, can_charge: true },
    ...{ has_active_device_subscription: true, has_active_digital_subscription: false, has_signed_waiver: true },
    ...{ block_explicit: false, block_prenatal: false, allow_marketing: false },
    ...{ is_internal_beta_tester: false, is_external_beta_tester: false },
    paired_devices: [
      { name: 'Heart Band', paired_device_type: 'heart_rate_monitor', serial_number: 'private-serial-000' },
    ],
    ...{ external_music_auth_list: [], contract_agreements: [], member_groups: [], hardware_settings: null },
    quick_hits: { quick_hits_enabled: true, speed_shortcuts: null, incline_shortcuts: null },
    ...{ referral_code: 'private-referral-000', referrals_made: 0, v1_referrals_made: 0 },
    ...{ subscription_credits: 0, subscription_credits_used: 0, facebook_id: null, facebook_access_token: null },
    instructor_id: null,
  };
}
