export { base64ToHex, hexToBase64 } from './base64.ts'
export { readContentRange, writeContentRange, type ContentRange } from './content-range.ts'
export { readDigests, readWants, writeDigests, writeWants, type Digests } from './digest-fields.ts'
export { drfFilename, readDrfProblem, readDrfUpload, type DrfChecksum, type DrfProblem, type DrfUpload } from './drf.ts'
export { drfMismatch, drfUpload } from './drf-schema.ts'
export {
  partialUploadType,
  readFlag,
  readIetfProblem,
  readInteger,
  readUploadLimit,
  writeFlag,
  writeIetfProblem,
  writeUploadLimit,
  type IetfProblem,
  type UploadLimit,
} from './ietf.ts'
export { readMetadata, writeMetadata, type Metadata } from './metadata.ts'
export { problemStatus, readProblem, writeProblem, type Problem, type ProblemCode } from './problem.ts'
export {
  readCount,
  readDeferLength,
  readTusList,
  readUploadChecksum,
  readUploadConcat,
  readUploadExpires,
  tusChecksumMismatch,
  tusDataType,
  tusVersion,
  writeUploadChecksum,
  writeUploadConcat,
  writeUploadExpires,
  type UploadChecksum,
  type UploadConcat,
} from './tus.ts'
