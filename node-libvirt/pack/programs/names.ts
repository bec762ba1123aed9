/** Prints, as JSON, what can be imported from each entry point. */
import * as main from 'node-libvirt';
import * as testing from 'node-libvirt/testing';

console.log(JSON.stringify([main, testing].map((entry) => Object.keys(entry).sort())));
