#include "store/sinks/sink.hpp"

namespace acts {

Result<std::unique_ptr<Sink>> make_sink(const SinkSettings& settings, SinkLimits limits) {
  if (Result<void> checked = check(settings); !checked) return std::unexpected(std::move(checked.error()));
  switch (settings.kind) {
    case SinkKind::kMongodb: break;
    case SinkKind::kPostgresql: return make_postgres_sink(settings, std::move(limits));
    case SinkKind::kClickhouse: break;
    case SinkKind::kInfluxdb: break;
  }
  return fail(ErrorCode::kUsage, "kind: not yet");
}

}  // namespace acts
