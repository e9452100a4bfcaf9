export { useUpload, useUploader } from '@chunkwise/vue'
