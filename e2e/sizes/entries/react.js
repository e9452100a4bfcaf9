export { useUpload, useUploader } from '@chunkwise/react'
