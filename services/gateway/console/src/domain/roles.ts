/** What a person may do; each role includes those before it where the table says so. */
export type Role = "viewer" | "curator" | "rights" | "admin" | "local";

/** A role that people and tokens are given. */
export type GivenRole = Exclude<Role, "local">;

/** Those that are given, the least first. */
export const GIVEN_ROLES: readonly GivenRole[] = ["viewer", "curator", "rights", "admin"];

const INCLUDED: Record<Role, readonly Role[]> = {
  viewer: ["viewer"],
  curator: ["viewer", "curator"],
  rights: ["viewer", "rights"],
  admin: ["viewer", "curator", "rights", "admin"],
  local: ["viewer", "curator", "rights", "admin"],
};

/** Whether somebody of `role` may do what takes at least `least`. Nobody signed in may nothing. */
export function includes(role: Role | undefined, least: Role): boolean {
  return role !== undefined && INCLUDED[role].includes(least);
}
