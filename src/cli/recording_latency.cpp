#include "cli/recording_latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "acts/base/result.hpp"

#include "backtest/latency_file.hpp"
#include "backtest/round_trips.hpp"
#include "cli/command.hpp"
#include "collector/actions.hpp"
#include "history/output_file.hpp"
#include "recording/index.hpp"

namespace acts::cli {
namespace {

using TripsByKind = std::map<std::string, std::vector<backtest::RoundTrip>>;

class TripReader {
 public:
  explicit TripReader(const LatencyRequest& request) : request_(&request) {}

  // The messages themselves are not read: their index says when each answer was asked for and when it came. False:
  // there is none. Errors: kStorage; kBadInput: more than a file of latencies holds.
  Result<bool> read(const RecordingFile& file) {
    const std::string path = index_path_for(file.path);
    auto source = open_file(path);
    if (!source && source.error().code == ErrorCode::kUsage) return false;
    if (!source) return std::unexpected(source.error());
    IndexReader entries(*std::move(source));
    for (;;) {
      const auto entry = entries.next();
      if (!entry && entry.error().code != ErrorCode::kBadInput) return std::unexpected(entry.error());
      if (!entry) {
        // The index of an open log has no end yet.
        if (!file.symbol.empty()) complain(fmt::format("{}: {}", path, entry.error().message), LogLevel::kWarn);
        continue;
      }
      if (!*entry) return true;
      if (const Result<void> taken = take(**entry); !taken) return std::unexpected(taken.error());
    }
  }

  [[nodiscard]] const TripsByKind& trips() const { return trips_; }
  [[nodiscard]] std::size_t untimed() const { return untimed_; }

 private:
  Result<void> take(const IndexEntry& entry) {
    const auto* const answer = std::get_if<index::RestAnswer>(&entry.event);
    if (answer == nullptr) return {};
    if (answer->sent.value <= 0) {
      ++untimed_;
      return {};
    }
    if ((request_->from && answer->sent < *request_->from) || (request_->to && answer->sent >= *request_->to))
      return {};
    if (++count_ > backtest::kMostLatencies) {
      return fail(ErrorCode::kBadInput, fmt::format("more than {} requests: take those of the run's time, with --from "
                                                    "and --to",
                                                    backtest::kMostLatencies));
    }
    trips_[answer->kind].push_back({.sent = answer->sent, .received = entry.ts});
    return {};
  }

  const LatencyRequest* request_;
  TripsByKind trips_;
  std::size_t count_ = 0;
  std::size_t untimed_ = 0;
};

// A log that is sealed meanwhile is gone, and found again in its segments.
Result<TripReader> read_trips(const LatencyRequest& request) {
  constexpr int kMostLooks = 5;
  auto files = request.list();
  for (int looks = 1; files; ++looks) {
    TripReader reader(request);
    bool is_gone = false;
    for (const RecordingFile& file : *files) {
      const Result<bool> read = reader.read(file);
      if (!read) return std::unexpected(read.error());
      is_gone = is_gone || !*read;
    }
    if (!is_gone) return reader;
    auto again = request.list();
    if (again && std::ranges::equal(*again, *files, {}, &RecordingFile::path, &RecordingFile::path)) return reader;
    if (looks == kMostLooks) {
      return fail(ErrorCode::kStorage,
                  fmt::format("{}: its logs are moved while they are read: try again, or with --to", request.data_dir));
    }
    files = std::move(again);
  }
  return std::unexpected(files.error());
}

std::string table_of(const TripsByKind& trips) {
  std::string text = "request,count,min_ns,p50_ns,p90_ns,p99_ns,max_ns,left_out\n";
  for (const auto& [kind, of] : trips) {
    const backtest::PossibleTrips possible = backtest::possible_trips(of);
    const backtest::TripQuantiles q = backtest::quantiles_of(possible.trips);
    text += fmt::format("{},{},{},{},{},{},{},{}\n", kind, q.count, q.least.count(), q.p50.count(), q.p90.count(),
                        q.p99.count(), q.largest.count(), possible.left_out);
  }
  return text;
}

Result<void> write_latencies(const std::string& path, const std::vector<sim::LatencyRow>& rows) {
  auto file = history::OutputFile::create(real_file_ops(), path);
  if (!file) return std::unexpected(file.error());
  if (Result<void> written = file->write(backtest::latency_file_text(rows)); !written) return written;
  return file->finish();
}

}  // namespace

int measure_latency(const LatencyRequest& request) {
  if (request.out.empty()) return complain({ErrorCode::kUsage, "recording latency: name a file with --out"});
  const Result<TripReader> reader = read_trips(request);
  if (!reader) return complain(reader.error());
  const auto found = reader->trips().find(std::string(to_string(collector::RequestKind::kTime)));
  const backtest::MadeLatencies made =
      found == reader->trips().end() ? backtest::MadeLatencies() : backtest::latencies_of(found->second);
  if (made.rows.empty()) {
    return complain(
        {ErrorCode::kUsage,
         fmt::format("{}: no request for the venue's time is recorded for these times{}", request.data_dir,
                     reader->untimed() == 0 ? ""
                                            : fmt::format("; of {} answers it is not known when they were "
                                                          "asked for, as they were recorded by an older acts",
                                                          reader->untimed()))});
  }
  if (const Result<void> written = write_latencies(request.out, made.rows); !written) return complain(written.error());
  Output out;
  out.write(table_of(reader->trips()));
  tell(fmt::format(
      "{}: {} requests for the venue's time ({} left out, which our clock contradicts), each way as half of "
      "the round trip; an order takes longer by what the venue needs to check and match it\n",
      request.out, made.rows.size(), made.left_out));
  return out.finish(kExitDone);
}

}  // namespace acts::cli
