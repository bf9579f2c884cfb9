// Any bytes as measured latencies: a model that answers, or one line that says what is wrong.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "backtest/latency_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto model = backtest::read_latencies(read_from_memory(text), "l.csv");
  if (!model) {
    ACTS_ASSERT(model.error().message.starts_with("l.csv:") && !model.error().message.contains('\n'));
    return 0;
  }
  for (std::int64_t ts = 0; ts < 4'000'000'000; ts += 500'000'000) {
    ACTS_ASSERT(model->entry({ts}).latency.span() >= Nanos{0});
    ACTS_ASSERT(model->response({ts}).span() >= Nanos{0});
  }
  return 0;
}
