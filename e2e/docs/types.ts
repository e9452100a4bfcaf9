import { join } from 'node:path'
import ts from 'typescript'
import type { Module } from './findings.ts'

/** A module that is checked without being a file. */
interface Virtual {
  readonly kind: Module['kind']
  readonly text: string
}

/** What the compiler says of a module; its lines are counted from 0. */
export interface Complaint<Of extends Virtual> {
  readonly module: Of
  readonly line: number
  readonly message: string
}

// As in a new project, so that what people paste passes there.
const strict: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  jsx: ts.JsxEmit.ReactJSX,
  types: ['node', 'svelte'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
}
const merciful: ts.CompilerOptions = { ...strict, types: [], strict: false, allowJs: true, checkJs: true }

/** Checks the types of modules as if they were files in `folder`: what they import is found from there, as it was built. */
export function checkTypes<Of extends Virtual>(folder: string, modules: readonly Of[]): Complaint<Of>[] {
  const ambient = (name: string): string => join(folder, '../ambient', name)
  const isScript = ({ kind }: Virtual): boolean => kind === 'js'
  return [
    ...complaints(
      folder,
      modules.filter((module) => !isScript(module)),
      strict,
      ambient('components.d.ts'),
    ),
    ...complaints(folder, modules.filter(isScript), merciful, ambient('script-tag.d.ts')),
  ]
}

function complaints<Of extends Virtual>(
  folder: string,
  modules: readonly Of[],
  options: ts.CompilerOptions,
  ambient: string,
): Complaint<Of>[] {
  const byPath = new Map(modules.map((module, index) => [join(folder, `block-${index}.${module.kind}`), module]))
  const host = ts.createCompilerHost(options)
  const files = { ...host }
  host.getCurrentDirectory = () => folder
  host.fileExists = (path) => byPath.has(path) || files.fileExists(path)
  // Where nobody made the folder, the compiler would not look for files in it.
  host.directoryExists = (path) => path === folder || files.directoryExists?.(path) !== false
  host.getSourceFile = (path, target, ...rest) => {
    const module = byPath.get(path)
    return module ? ts.createSourceFile(path, module.text, target, true) : files.getSourceFile(path, target, ...rest)
  }
  const program = ts.createProgram([...byPath.keys(), ambient], options, host)
  const general = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()]
  if (general.length > 0) throw new Error(general.map(say).join('\n'))
  return [...byPath].flatMap(([path, module]) => {
    const source = program.getSourceFile(path)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      (diagnostic) => ({
        module,
        line: source?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0,
        message: say(diagnostic),
      }),
    )
  })
}

const say = ({ code, messageText }: ts.Diagnostic): string =>
  `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
