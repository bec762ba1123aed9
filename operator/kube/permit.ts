import type { Dispatcher } from 'undici';

/** `cause` is what a request's `permit` threw instead of letting it go out. */
export class NotPermitted extends Error {
  override readonly name = 'NotPermitted';
}

/** Of a request that asks before it is sent. */
export type WithPermit = { permit?: (() => void) | undefined };

/**
 * Asks a request's `permit` as its first byte is about to be written. Asking earlier is not enough: a request waits
 * for a free connection, and those that wait while the process is suspended are sent as it wakes up, before any timer.
 */
export const askPermit: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { permit } = options as WithPermit;
  return dispatch(options, permit ? asking(handler, permit) : handler);
};

function asking(handler: Dispatcher.DispatchHandler, permit: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => {
      handler.onRequestStart?.(controller, context);
      try {
        permit();
      } catch (cause) {
        controller.abort(new NotPermitted('the request was not permitted', { cause }));
      }
    },
    onResponseStart: (...head) => handler.onResponseStart?.(...head),
    onResponseData: (...data) => handler.onResponseData?.(...data),
    onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
    onResponseError: (...error) => handler.onResponseError?.(...error),
  };
}
