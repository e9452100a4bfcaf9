import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../run/command.ts'

/**
 * The words that an exported type is made of: the members of a union, or the names of an interface's properties.
 *
 * @param file that exports it, from the repository's folder
 * @throws RangeError if it exports no such type.
 */
export function wordsOf(name: string, file: string): string[] {
  const path = join(root, file)
  const program = ts.createProgram([path], {
    noLib: true,
    types: [],
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(path)
  const module = source && checker.getSymbolAtLocation(source)
  const exported = module && checker.getExportsOfModule(module).find((symbol) => symbol.name === name)
  if (!exported) throw new RangeError(`${file} exports no "${name}"`)
  const original = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
  const type = checker.getDeclaredTypeOfSymbol(original)
  if (type.isUnion()) return type.types.flatMap((each) => (each.isStringLiteral() ? [each.value] : []))
  return type.getProperties().map((property) => property.name)
}
