/** The rules that a placement can break, as the verifier names them. */
export const ruleNames = [
  'known', // the host exists, and the VM was not placed before
  'capacity',
  'selector',
  'taint',
  'topology', // the host has the label that a required rule goes by
  'anti-affinity',
  'affinity',
  'spread',
  'exclusive',
  'domain-limit',
  'gang',
  'reserve',
  'refusal', // a VM is refused only if no host would do
] as const;

export type RuleName = (typeof ruleNames)[number];

export interface Fault {
  rule: RuleName;
  vm: string;
  /** A sentence for people. */
  text: string;
}
