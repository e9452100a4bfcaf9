export { readContentRange, writeContentRange, type ContentRange } from './content-range.ts'
export { drfFilename, drfUpload, readDrfProblem, type DrfChecksum, type DrfProblem, type DrfUpload } from './drf.ts'
export { readMetadata, writeMetadata, type Metadata } from './metadata.ts'
export { problemStatus, readProblem, writeProblem, type Problem, type ProblemCode } from './problem.ts'
