/** Kernel modules that the guest loads; the last two are for the power button. */
export const guestModules = [
  ...['virtio_pci', 'virtio_net', 'virtio_blk', 'virtio_balloon', 'virtio_console'],
  ...['button', 'evdev'],
] as const;

/** The guest's PID 1. `READY` on the serial port means: interfaces asked for an address, agent and button served. */
const init = `#!/bin/sh
export PATH=/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read m; do insmod /lib/modules/$m; done < /etc/modules
ip link set lo up
for e in /sys/class/input/event*; do
  [ "$(cat $e/device/name 2>/dev/null)" = "Power Button" ] && /sbin/power-button /dev/input/\${e##*/} &
done
# There is no udev to name the agent's port.
for p in /sys/class/virtio-ports/*; do
  [ "$(cat $p/name 2>/dev/null)" = org.qemu.guest_agent.0 ] && /sbin/agent /dev/\${p##*/} &
done
for i in /sys/class/net/eth*; do [ -e $i ] && /sbin/network \${i##*/}; done
uevent /sbin/on-device >/dev/null 2>&1 &
echo READY
while :; do setsid cttyhack sh; sleep 1; done
`;

/** Asks for an address; goes on asking in the background when none comes within 5 seconds. */
const network = `#!/bin/sh
ip link set $1 up
udhcpc -i $1 -s /sbin/on-lease -b -t 5 -T 1 -A 2 >/dev/null 2>&1
`;

const onLease = `#!/bin/sh
case $1 in bound|renew) ;; *) exit 0;; esac
ip addr show dev $interface | grep -q " $ip/" && exit 0
ip addr flush dev $interface
ip addr add $ip/$mask dev $interface
[ -z "$router" ] || ip route add default via $router
echo "ADDRESS $interface $ip" > /dev/console
`;

/** An interface that is plugged in later gets an address too. */
const onDevice = `#!/bin/sh
[ "$ACTION $SUBSYSTEM" = "add net" ] && /sbin/network $INTERFACE
exit 0
`;

const powerButton = `#!/bin/sh
dd if=$1 of=/dev/null bs=24 count=1 2>/dev/null && exec /sbin/shutdown -P
`;

const agent = `#!/bin/sh
mkdir -p /run
while :; do qemu-ga -m virtio-serial -p $1 -t /run; sleep 1; done
`;

/** What the guest agent calls for guest-shutdown: -P power off, -H halt, -r reboot. */
const shutdown = `#!/bin/sh
sync
case " $* " in *" -r "*) reboot -f;; *" -H "*) halt -f;; *) poweroff -f;; esac
`;

/** The guest's own files, by path. */
export const guestScripts: Readonly<Record<string, string>> = {
  init,
  'sbin/network': network,
  'sbin/on-lease': onLease,
  'sbin/on-device': onDevice,
  'sbin/power-button': powerButton,
  'sbin/agent': agent,
  'sbin/shutdown': shutdown,
};
