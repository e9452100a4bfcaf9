export { nodeListener, type NodeListener, type NodeListenerOptions } from './node-listener.ts'
export { startServer, type RunningServer, type ServerOptions } from './node-server.ts'
export { FolderTakenError } from './stores/disk-claim.ts'
export { diskStore, type DiskStoreOptions } from './stores/disk.ts'
