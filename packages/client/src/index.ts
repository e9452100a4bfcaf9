export * from './names.ts'
// For adapters: a page with a script tag has its one uploader by itself.
export { sharedUploader } from './shared-uploader.ts'
