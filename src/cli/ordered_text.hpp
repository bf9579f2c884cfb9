// Text that several jobs write on threads of their own, put out in the order of the jobs.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::cli {

// How far a job may be ahead of what has been put out: then it waits. So there are `threads` times as much at most.
constexpr std::size_t kMostTextAhead = std::size_t{4} << 20;

struct TextJobs {
  std::size_t count = 0;
  // On any thread, once a job at most, in their order: writes through `put`, which takes what it is given and is false
  // once nobody wants more of it; the job ends then.
  std::function<Result<void>(std::size_t job, const std::function<bool(std::string& text)>& put)> write;
  // On the caller's thread, in the jobs' order: what a job wrote, in pieces. False: no more is wanted, of any.
  std::function<bool(std::string_view text)> take;
  // On the caller's thread, after the last piece of a job that did not fail.
  std::function<void(std::size_t job)> done;
};

// Blocks until all jobs are over. The first failure in their order: what came before it has been put out, of the jobs
// behind it nothing.
Result<void> write_in_order(const TextJobs& jobs, std::size_t threads);

}  // namespace acts::cli
