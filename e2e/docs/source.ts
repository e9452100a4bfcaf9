import ts from 'typescript'

/** The names that a module exports, or that a script has at its top level. */
export function namesIn(code: string): { readonly exported: string[]; readonly declared: string[] } {
  const exported: string[] = []
  const declared: string[] = []
  for (const statement of ts.createSourceFile('block.tsx', code, ts.ScriptTarget.Latest, true).statements) {
    const names = namesOf(statement)
    if (ts.isExportDeclaration(statement) || isExported(statement)) exported.push(...names)
    if (!ts.isExportDeclaration(statement)) declared.push(...names)
  }
  return { exported, declared }
}

/**
 * Code of a page as a module: in front of it, on its first line, the import of what the page takes for granted and the code
 * names without having it.
 *
 * @param given names that the page takes for granted
 * @param from where they are
 */
export function moduleOf(code: string, given: readonly string[], from: string): string {
  const { declared } = namesIn(code)
  const used = given.filter((name) => !declared.includes(name) && usesName(code, name))
  return used.length > 0 ? `import { ${used.join(', ')} } from '${from}'; ${code}` : code
}

/** Whether code has a name that is no property of anything. */
export const usesName = (code: string, name: string): boolean =>
  new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name}(?![\\w$])`).test(code)

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)

function namesOf(statement: ts.Statement): string[] {
  if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {}
    return [...textOf(name), ...(namedBindings ? bindingNames(namedBindings) : [])]
  }
  if (ts.isExportDeclaration(statement))
    return statement.exportClause && ts.isNamedExports(statement.exportClause)
      ? statement.exportClause.elements.map(({ name }) => name.text)
      : []
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => namesOfPattern(name))
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  )
    return textOf(statement.name)
  return []
}

const textOf = (name: ts.Identifier | undefined): string[] => (name ? [name.text] : [])

const bindingNames = (bindings: ts.NamedImportBindings): string[] =>
  ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [bindings.name.text]

function namesOfPattern(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesOfPattern(element.name) : []))
}
