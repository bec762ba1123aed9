/** Which secrets a list is to have; none means all (libvirt: virConnectListAllSecretsFlags). */
export const ListSecretsFlag = {
  Ephemeral: 1 << 0,
  NoEphemeral: 1 << 1,
  Private: 1 << 2,
  NoPrivate: 1 << 3,
} as const;

/** For defining a secret (libvirt: virSecretDefineFlags). */
export const SecretDefineFlag = { Validate: 1 } as const;

/** What a secret is for (libvirt: virSecretUsageType). */
export const SecretUsageType = { None: 0, Volume: 1, Ceph: 2, Iscsi: 3, Tls: 4, Vtpm: 5 } as const;
