// The best results, one table for each discipline that has any. A value is text, since disciplines differ in what they measure.

export function PersonalRecords({ disciplines }) {
  return disciplines.map(({ id, name, records }) => (
    <table key={id} className="personal-records">
      <caption>{`${name}: personal records`}</caption>
      <tbody>
        {records.map(({ slug, name: distance, value, unit, dateInWords }) => (
          <tr key={slug}>
            <th scope="row">{distance}</th>
            <td>{unit ? `${value} ${unit}` : value}</td>
            <td>{dateInWords}</td>
          </tr>
        ))}
      </tbody>
    </table>
  ));
}
