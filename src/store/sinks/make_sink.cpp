#include "acts/base/assert.hpp"

#include "store/sinks/sink.hpp"

namespace acts {

Result<std::unique_ptr<Sink>> make_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits) {
  if (Result<void> checked = check(settings); !checked) return std::unexpected(std::move(checked.error()));
  ACTS_ASSERT(limits.now != nullptr);
  switch (settings.kind) {
    case SinkKind::kMongodb: return make_mongo_sink(settings, content, std::move(limits));
    case SinkKind::kPostgresql: return make_postgres_sink(settings, content, std::move(limits));
    case SinkKind::kClickhouse: return make_clickhouse_sink(settings, content, std::move(limits));
    case SinkKind::kInfluxdb: break;
  }
  return make_influx_sink(settings, content, std::move(limits));
}

}  // namespace acts
