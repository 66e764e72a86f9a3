// (d) Ten years of history and of activity, asked of a process that has read none of it: what reading, checking and answering take, against
// parsing and writing the same JSON, which is what any service that looked into it would do.

import { runFresh, targets } from './fresh-node.ts';
import { cpuMsSince, type Figures, ratio, takeTurns } from './measure.ts';
import type { Report } from './report.ts';
import { copyWith, createActivity, createHistory, type Service } from './service.ts';

/** A series of ten years: the function that answers it, the name of its blob, and the blob. */
type Series = { call: 'history' | 'activity'; value: object; days: number };

const days = 3_653;

function measureSeries({ call, value, days }: Series) {
  const text = JSON.stringify(value);
  const parseAndWrite = async (): Promise<Figures> => {
    const before = process.cpuUsage();
    const { length: bytes } = Buffer.from(JSON.stringify(JSON.parse(text)));
    return { cpu: cpuMsSince(before), bytes };
  };
  return async (service: Service): Promise<Report> => {
    const { settings, bytes } = await copyWith(service, `${call}.json`, value);
    const { taken, blobReads } = await measureAnswers(service, { call, settings, parseAndWrite });
    const title = `Ten years of ${call} (${days} days, ${bytes.toLocaleString('en')} bytes) in a new process`;
    return { title, ...compare(call, taken, blobReads) };
  };
}

export const measureHistory = measureSeries({ call: 'history', value: createHistory(days), days });
export const measureActivity = measureSeries({ call: 'activity', value: createActivity(days), days });

type Measure = Pick<Series, 'call'> & { settings: Service['settings']; parseAndWrite: () => Promise<Figures> };

async function measureAnswers(service: Service, { call, settings, parseAndWrite }: Measure) {
  const calls: number[] = [];
  const ask =
    (headers: Record<string, string>, query: Record<string, string> = {}) =>
    async () => {
      service.countStoreCalls();
      const figures = await runFresh({ target: targets.built, call, headers, query, settings });
      calls.push(service.countStoreCalls() - 1); // the first is for the snapshot
      return figures;
    };
  const taken = await takeTurns(
    {
      json: parseAndWrite,
      read: () => runFresh({ target: targets.nothing, call: 'blob', query: { blob: `${call}.json` }, settings }),
      full: ask({}),
      brotli: ask({ 'accept-encoding': 'br' }),
      year: ask({ 'accept-encoding': 'br' }, { from: '2025-11-22', to: '2026-11-21' }),
      part: ask({}, { from: '2016-11-23' }),
      partCsv: ask({}, { from: '2016-11-23', format: 'csv' }),
      csv: ask({}, { format: 'csv' }),
      csvBrotli: ask({ 'accept-encoding': 'br' }, { format: 'csv' }),
    },
    7,
  );
  return { taken, blobReads: Math.max(...calls) };
}

type Taken = Record<'json' | 'read' | 'full' | 'brotli' | 'year' | 'part' | 'partCsv' | 'csv' | 'csvBrotli', Figures>;

function named(prefix: string, ratios: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(ratios).map(([name, value]) => [`${prefix}_${name}`, value]));
}

/** Sets every way of answering against parsing and writing the same JSON. */
function compare(call: Series['call'], taken: Taken, blobReads: number): Pick<Report, 'rows' | 'ratios'> {
  const { json, read, full, brotli, year, part, partCsv, csv, csvBrotli } = taken;
  const row = (what: string, { cpu = Number.NaN, bytes: sent = 0 }: Figures) => ({
    what,
    figures: `${cpu.toFixed(1)} ms of CPU, ${sent.toLocaleString('en')} bytes`,
    ratio: `${ratio(cpu, json.cpu)}`,
  });
  const again = (what: string, { again: us = Number.NaN }: Figures) => ({
    what,
    figures: `${us.toFixed(1)} µs of CPU`,
    ratio: `${ratio(us, full.again)} of all of it`,
  });
  return {
    rows: [
      row('JSON.parse and JSON.stringify alone, in a warm process', json),
      row("the store's client reading the blob alone", read),
      row('all of it', full),
      row('all of it, in brotli', brotli),
      row('one year of it, in brotli', year),
      row('all of it as CSV', csv),
      row('all of it as CSV, in brotli', csvBrotli),
      again('all of it, again', full),
      again('one year of it, again, in brotli', year),
      again('all of it but a day, again', part),
      again('all of it but a day as CSV, again', partCsv),
      { what: 'blobs read', figures: `${blobReads}` },
    ],
    ratios: named(call, {
      cpu_vs_json: ratio(full.cpu, json.cpu),
      cpu_vs_20_ms: ratio(full.cpu, 20),
      brotli_cpu_vs_json: ratio(brotli.cpu, json.cpu),
      year_cpu_vs_json: ratio(year.cpu, json.cpu),
      year_cpu_vs_20_ms: ratio(year.cpu, 20),
      csv_cpu_vs_json: ratio(csv.cpu, json.cpu),
      csv_cpu_vs_20_ms: ratio(csv.cpu, 20),
      csv_brotli_cpu_vs_json: ratio(csvBrotli.cpu, json.cpu),
      csv_brotli_cpu_vs_20_ms: ratio(csvBrotli.cpu, 20),
      range_again_vs_all: ratio(part.again, full.again),
      range_csv_again_vs_all: ratio(partCsv.again, full.again),
      year_again_vs_all: ratio(year.again, full.again),
      blob_reads: blobReads,
    }),
  };
}
