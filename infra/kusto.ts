// Kusto's own parser, as its editors use it: reads a query against the columns that the tables have. It runs none.

import { createRequire } from 'node:module';

type List<Item> = { Count: number; getItem(index: number): Item };
type Diagnostic = { Message: string; Start: number; Length: number };
type Kusto = {
  GlobalState: { Default: { WithDatabase(database: object): object } };
  KustoCode: { ParseAndAnalyze(text: string, globals: object): { GetDiagnostics(): List<Diagnostic> } };
  Symbols: {
    TableSymbol: { From(schema: string): { WithName(name: string): object } };
    // The compiler from C# numbers the constructors; this one takes a name and tables.
    DatabaseSymbol: { $ctor1: new (name: string, tables: object[]) => object };
  };
};

/** The columns that our queries name, of the tables of Log Analytics that they ask. */
const columns = {
  AppTraces: 'TimeGenerated: datetime, Message: string',
  AppRequests: 'TimeGenerated: datetime, Name: string, Success: bool, ItemCount: int',
  AzureDiagnostics:
    'TimeGenerated: datetime, ResourceProvider: string, OperationName: string, CallerIPAddress: string, ResultSignature: string',
  Usage: 'TimeGenerated: datetime, DataType: string, IsBillable: bool, Quantity: real',
};

const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const kusto: Kusto = (globalThis as unknown as { Kusto: { Language: Kusto } }).Kusto.Language;

const { DatabaseSymbol, TableSymbol } = kusto.Symbols;
const tables = Object.entries(columns).map(([name, schema]) => TableSymbol.From(`(${schema})`).WithName(name));
const globals = kusto.GlobalState.Default.WithDatabase(new DatabaseSymbol.$ctor1('workspace', tables));

/** What is wrong with a query, a sentence each, with the place in it. */
export function checkQuery(query: string): string[] {
  const found = kusto.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => {
    const { Message, Start, Length } = found.getItem(index);
    return `${Message} (${query.slice(Start, Start + Math.max(Length, 20))})`;
  });
}
