// The statistics page, rendered at the build, every hour, and when the service says that the stats have changed.

import { PelotonStats } from '../components/peloton-stats';

export default function Page() {
  return <PelotonStats />;
}
