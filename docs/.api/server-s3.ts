export * from '../../packages/server/src/s3.ts'
