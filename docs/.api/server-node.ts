export * from '../../packages/server/src/node.ts'
