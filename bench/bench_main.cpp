#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <set>
#include <string>
#include <utility>

#include "misses.hpp"

namespace acts::bench {
namespace {

std::set<std::string>& misses() {
  static std::set<std::string> all;
  return all;
}

}  // namespace

void note_miss(std::string what) { misses().insert(std::move(what)); }

}  // namespace acts::bench

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  for (const std::string& miss : acts::bench::misses()) fmt::print(stderr, "bench_acts: {}\n", miss);
  return acts::bench::misses().empty() ? 0 : 1;
}
