export * from '../../packages/server/src/tus-data-store.ts'
