import { describe, expect, it } from 'vitest';
import { differences } from './differences.ts';
import { parseLibvirt } from './libvirt.ts';

/** As much of a release as some of the comparisons need; made up, in the language of the real ones. */
const texts = {
  remote: `
const REMOTE_STRING_MAX = 4194304;
const REMOTE_PROGRAM = 0x20008086;
const REMOTE_PROTOCOL_VERSION = 1;
typedef string remote_nonnull_string<REMOTE_STRING_MAX>;
typedef remote_nonnull_string *remote_string;
struct remote_connect_open_args { remote_string name; unsigned int flags; };
struct remote_domain_event_callback_device_added_msg { int callbackID; int dom; };
enum remote_procedure {
    /**
     * @generate: none
     * @priority: high
     */
    REMOTE_PROC_CONNECT_OPEN = 1,
    /**
     * @generate: both
     */
    REMOTE_PROC_CONNECT_CLOSE = 3,
    /**
     * @generate: both
     */
    REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DEVICE_ADDED = 354
};
`,
  qemu: 'const QEMU_PROGRAM = 0x20008087; const KEEPALIVE_PROGRAM = 0x6b656570;',
  shared: `
const VIR_NET_MESSAGE_LEN_MAX = 4;
const VIR_NET_MESSAGE_HEADER_MAX = 24;
const VIR_NET_MESSAGE_MAX = 1024;
# define VIR_UUID_BUFLEN (16)
typedef enum { VIR_TYPED_PARAM_INT = 1, VIR_TYPED_PARAM_UINT = 3 } virTypedParameterType;
typedef enum { VIR_DOMAIN_EVENT_ID_REBOOT = 19 } virDomainEventID;
`,
};

const old = parseLibvirt('old', texts);
const found = differences([old], []);

describe('a release that has something otherwise', () => {
  it.each([
    'connectClose: number is 2 here, 3 in old',
    'connectClose: priority is high here, normal in old',
    'deviceAdded: event id is 19 here, which is REBOOT and not DOMAIN_EVENT_CALLBACK_DEVICE_ADDED in old',
    'maxPacketBytes is 33554436 here, 1028 in old',
    'typed parameter of type uint is 2 here, 3 in old',
    'number of types of typed parameters is 7 here, 2 in old',
  ])('is told of: %s', (difference) => {
    expect(found).toContain(difference);
  });

  it('is told of by the layout of a message', () => {
    expect(found.find((line) => line.startsWith('deviceAdded msg: layout'))).toContain('{int int} in old');
  });

  it('is not told of where it agrees', () => {
    const same = /^(connectOpen|Program\.|headerBytes|bytes of a uuid|typed parameter of type int )/;
    expect(found.filter((line) => same.test(line))).toEqual([]);
  });

  it('shows by a limit', () => {
    const smaller = { ...texts, remote: texts.remote.replace('4194304', '80') };
    expect(differences([parseLibvirt('small', smaller)], [])).toContain(
      'connectOpen args: layout is {string<4194304>? uint} here, {string<80>? uint} in small',
    );
  });
});

describe('what no release has', () => {
  it('is told of, be it a procedure or a message', () => {
    expect(found).toContain('domainGetState: unknown there');
    expect(found).toContain('reboot: unknown there');
  });

  it('needs only one that has it', () => {
    const recent = parseLibvirt('recent', {
      ...texts,
      remote: `enum remote_procedure { /** @priority: high */ REMOTE_PROC_DOMAIN_GET_STATE = 212 };`,
    });
    expect(differences([old, recent], []).filter((line) => line.startsWith('domainGetState:'))).toEqual([]);
  });
});

it('constants are compared as well', () => {
  const constants = [{ name: 'It', enumName: 'virDomainEventID', value: { Reboot: 1 } }];
  expect(differences([old], constants)).toContain('It.Reboot: 1 here, 19 in old');
});
