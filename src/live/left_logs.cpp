#include "live/left_logs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "live/message_owner.hpp"
#include "live/seal_thread.hpp"
#include "net/event_loop.hpp"
#include "recording/layout.hpp"
#include "recording/sealer.hpp"

namespace acts {
namespace {

// Smaller logs are sealed before the run begins: what can be done in a moment is done.
constexpr std::uint64_t kSealedAtOnce = std::uint64_t{32} << 20;

// Again, as long as there are retries: a disk may refuse something for a moment.
template <typename Attempt>
auto attempted(const Attempt& attempt, int& retries) {
  auto done = attempt();
  while (!done && done.error().code == ErrorCode::kStorage && retries > 0) {
    --retries;
    EventLoop().run_for(kSealPause);
    done = attempt();
  }
  return done;
}

// 0: it cannot be told.
std::uint64_t size_of_log(const std::string& data_dir, Venue venue, const std::string& name) {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(
      fmt::format("{}/{}{}", open_log_directory(data_dir, to_string(venue)), name, kLogEnding), failed);
  return failed ? 0 : bytes;
}

}  // namespace

LeftLogs seal_left_logs(const std::string& data_dir, Venue venue, Nanos limit, const std::function<bool()>& stop,
                        FileOps& ops) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const auto is_over = [end, &stop] { return std::chrono::steady_clock::now() >= end || (stop && stop()); };
  int retries = kSealRetries;
  Sealer sealer(
      recording_directory(data_dir, to_string(venue)), [venue] { return std::make_unique<MessageOwner>(venue); }, ops);
  LeftLogs left;
  const auto waiting = attempted([&] { return sealer.waiting(); }, retries);
  if (!waiting) {
    left.problems.push_back(waiting.error().message);
    return left;
  }
  for (const std::string& name : *waiting) {
    const bool is_long = size_of_log(data_dir, venue, name) > kSealedAtOnce;
    const auto stops = [&] { return is_long || is_over(); };
    const auto sealed = attempted([&] { return sealer.seal(name, stops); }, retries);
    if (!sealed) {
      const bool is_later = sealed.error().code == ErrorCode::kCancelled && !(stop && stop());
      const auto kept = attempted([&] { return sealer.keep(name); }, retries);
      left.later += static_cast<std::size_t>(is_later);
      if (!is_later || !kept) {
        left.problems.push_back(
            fmt::format("{} is not sealed yet: {}", name, (is_later ? kept.error() : sealed.error()).message));
      }
    } else if (!sealed->lost.empty()) {
      ++left.cut;
      left.loss = loss_text(name, *sealed);
    }
  }
  return left;
}

}  // namespace acts
