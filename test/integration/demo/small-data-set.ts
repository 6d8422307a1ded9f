import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSetTable } from '../../../demo/flight-tables.ts';

/** A small nycflights13: the same headers, and rows enough that each kind of change finds some. */
export const writeSmallDataSet = (folder: string): Readonly<Record<DataSetTable, string>> => {
  const rows: Readonly<Record<DataSetTable, readonly string[]>> = {
    airlines: ['carrier,name', ...['AA', 'B6', 'DL', 'UA', 'WN'].map((code) => `${code},Airline ${code}`)],
    airports: [
      'faa,name,lat,lon,alt,tz,dst,tzone',
      ...['EWR', 'JFK', 'LGA'].map((code) => `${code},"Port, ${code}",40.5,-74.123456789012345,18,-5,A,NA`),
    ],
    planes: [
      'tailnum,year,type,manufacturer,model,engines,seats,speed,engine',
      ...Array.from({ length: 2_000 }, (_, n) => `N${n},NA,Fixed wing,EMBRAER,EMB-145XR,2,55,NA,Turbo-fan`),
    ],
    weather: [
      'origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour',
      ...Array.from(
        { length: 2_000 },
        (_, n) =>
          `EWR,2013,1,1,3,39.02,NA,59.37,270,10.357019999999999,NA,0,1012.3,10,${new Date(Date.UTC(2013, 0, 1, n)).toISOString()}`,
      ),
    ],
    flights: [
      'year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour',
      ...Array.from(
        { length: 20_000 },
        (_, n) =>
          `2013,${1 + (n % 12)},${1 + (n % 28)},517,515,2,NA,819,11,UA,${n},NA,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z`,
      ),
    ],
  };
  const pathOf = (table: DataSetTable): string => join(folder, `${table}.csv`);
  for (const [table, lines] of Object.entries(rows)) {
    writeFileSync(join(folder, `${table}.csv`), `${lines.join('\n')}\n`);
  }
  return {
    airlines: pathOf('airlines'),
    airports: pathOf('airports'),
    planes: pathOf('planes'),
    weather: pathOf('weather'),
    flights: pathOf('flights'),
  };
};
