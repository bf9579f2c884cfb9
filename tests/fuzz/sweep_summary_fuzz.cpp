// Summaries of sweeps: what is taken is written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "report/run/run_facts.hpp"
#include "report/sweep/sweep_summary.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto summary = acts::report::parse_sweep_summary({reinterpret_cast<const char*>(data), size});
  if (!summary) return 0;
  (void)acts::report::to_text(*summary);
  ACTS_ASSERT(summary->run.empty() || acts::report::parse_run_object(summary->run).has_value());
  const std::string written = acts::report::to_json(*summary);
  const auto again = acts::report::parse_sweep_summary(written);
  ACTS_ASSERT(again.has_value() && acts::report::to_json(*again) == written);
  return 0;
}
