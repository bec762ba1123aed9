import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { type EventName, eventMessages } from '../protocol/events.ts';

/** Asks the server for a kind of event, of all that there is of its source. @throws what `Connection.call` throws */
export async function register(connection: Connection, name: EventName, options: CallOptions): Promise<void> {
  const { source, eventId } = eventMessages[name];
  switch (source) {
    case 'domain':
      await connection.call('connectDomainEventCallbackRegisterAny', { eventId, dom: null }, options);
      break;
    case 'network':
      await connection.call('connectNetworkEventRegisterAny', { eventId, net: null }, options);
      break;
    case 'storagePool':
      await connection.call('connectStoragePoolEventRegisterAny', { eventId, pool: null }, options);
      break;
    case 'nodeDevice':
      await connection.call('connectNodeDeviceEventRegisterAny', { eventId, dev: null }, options);
      break;
    case 'secret':
      await connection.call('connectSecretEventRegisterAny', { eventId, secret: null }, options);
      break;
    case 'monitor':
      await connection.call(
        'qemuConnectDomainMonitorEventRegister',
        { dom: null, event: null, flags: 0 },
        options,
      );
  }
}
