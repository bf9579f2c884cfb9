#include "history/archive/download_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::history::archive {
namespace {

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_gone(int status) { return status == 404 || status == 410; }

std::string words_of(const Answer& answer) {
  if (answer.status == 0) return answer.problem;
  if (answer.problem.empty()) return fmt::format("the server answers {}", answer.status);
  return fmt::format("the server answers {}, and {}", answer.status, answer.problem);
}

}  // namespace

std::optional<std::string> parse_checksum(std::string_view text, std::string_view file_name) {
  constexpr std::size_t kDigits = 64;
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.size() != kDigits + 2 + file_name.size()) return std::nullopt;
  std::string sum(text.substr(0, kDigits));
  for (char& c : sum) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::string_view between = text.substr(kDigits, 2);
  if (sum.find_first_not_of("0123456789abcdef") != std::string::npos || (between != "  " && between != " *") ||
      text.substr(kDigits + 2) != file_name) {
    return std::nullopt;
  }
  return sum;
}

DownloadQueue::DownloadQueue(std::vector<WantedFile> files, QueueOptions options) : options_(options) {
  ACTS_ASSERT(options_.parallel > 0 && options_.most_attempts > 0);
  entries_.reserve(files.size());
  for (WantedFile& file : files) {
    const Backoff backoff(options_.retry_first, options_.retry_cap, options_.seed + entries_.size());
    entries_.push_back({std::move(file), backoff});
    Entry& entry = entries_.back();
    const LocalFile& local = entry.wanted.local;
    if (local.is_whole && !local.version.empty() && local.version == entry.wanted.version) {
      entry.state = FileState::kUnchanged;
      continue;
    }
    ++open_;
    ready_.push_back(entries_.size() - 1);
  }
}

std::optional<Request> DownloadQueue::next(UnixNanos now) {
  if (all_not_before_ && now < *all_not_before_) return std::nullopt;
  all_not_before_.reset();
  std::erase_if(waiting_, [&](FileIndex file) {
    if (now < *entries_[file].not_before) return false;
    ready_.push_back(file);
    return true;
  });
  if (ready_.empty() || active_ == options_.parallel) return std::nullopt;
  const FileIndex file = ready_.front();
  ready_.pop_front();
  Entry& entry = entries_[file];
  entry.state = FileState::kFetching;
  ++active_;
  if (entry.sha256.empty()) return Request{file, What::kChecksum};
  return Request{file, What::kBody, entry.part_bytes, entry.sha256};
}

std::optional<UnixNanos> DownloadQueue::next_start() const {
  std::optional<UnixNanos> at;
  const auto consider = [&at](UnixNanos time) { at = at ? std::min(*at, time) : time; };
  for (const FileIndex file : waiting_) consider(*entries_[file].not_before);
  if (active_ == options_.parallel) return std::nullopt;
  if (!all_not_before_) return at;
  if (!ready_.empty()) return all_not_before_;
  return at ? std::optional(std::max(*at, *all_not_before_)) : std::nullopt;
}

void DownloadQueue::settle(Entry& entry, FileState state) {
  entry.state = state;
  --open_;
}

void DownloadQueue::hold_all(const Answer& answer, UnixNanos now) {
  if (!answer.retry_after) return;
  const UnixNanos until = now + *answer.retry_after;
  all_not_before_ = all_not_before_ ? std::max(*all_not_before_, until) : until;
}

void DownloadQueue::retry(Entry& entry, std::string problem, UnixNanos now) {
  entry.problem = std::move(problem);
  if (entry.progress >= kProgress) entry.backoff.reset();
  entry.progress = 0;
  const Nanos wait = entry.backoff.next();
  if (entry.backoff.attempts() >= options_.most_attempts) {
    entry.problem += fmt::format(" ({} times in a row)", entry.backoff.attempts());
    return settle(entry, FileState::kFailed);
  }
  ++retries_;
  entry.state = FileState::kWaiting;
  entry.not_before = now + wait;
  waiting_.push_back(static_cast<FileIndex>(&entry - entries_.data()));
}

void DownloadQueue::want_body(Entry& entry) {
  const LocalFile& local = entry.wanted.local;
  entry.part_bytes = local.part_sha256 == entry.sha256 ? local.part_bytes : 0;
  entry.state = FileState::kWaiting;
  ready_.push_front(static_cast<FileIndex>(&entry - entries_.data()));
}

void DownloadQueue::on_checksum(FileIndex file, const Answer& answer, UnixNanos now) {
  Entry& entry = entries_[file];
  ACTS_ASSERT(entry.state == FileState::kFetching && entry.sha256.empty());
  --active_;
  hold_all(answer, now);
  const bool is_refused = entry.wanted.is_guess && answer.status == 403;
  if (is_gone(answer.status) || is_refused) return settle(entry, FileState::kMissing);
  if (answer.status != 200 || !answer.problem.empty()) return retry(entry, words_of(answer), now);
  const auto sum = parse_checksum(answer.body, name_of(entry.wanted.path));
  if (!sum && entry.wanted.is_guess) return settle(entry, FileState::kMissing);
  if (!sum) return retry(entry, "its checksum file has no SHA-256 of it", now);
  const LocalFile& local = entry.wanted.local;
  if (local.is_whole && local.sha256 == *sum) return settle(entry, FileState::kUnchanged);
  entry.sha256 = *sum;
  want_body(entry);
}

Verdict DownloadQueue::on_body(FileIndex file, const Answer& answer, std::string_view part_sha256, UnixNanos now) {
  Entry& entry = entries_[file];
  ACTS_ASSERT(entry.state == FileState::kFetching && !entry.sha256.empty());
  --active_;
  hold_all(answer, now);
  entry.part_bytes = answer.part_bytes;
  if (entry.part_bytes > entry.most_bytes) {
    entry.progress += entry.part_bytes - entry.most_bytes;
    entry.most_bytes = entry.part_bytes;
  }
  if (part_sha256 == entry.sha256) {  // whatever the server says of the rest
    entry.state = FileState::kWaiting;
    return Verdict::kKeep;
  }
  const auto start_again = [&](std::string problem) {
    entry.wanted.local.part_bytes = entry.progress = 0;
    entry.sha256.clear();  // it may have been published anew meanwhile
    retry(entry, std::move(problem), now);
    return Verdict::kThrowAway;
  };
  if (is_gone(answer.status)) {
    settle(entry, FileState::kMissing);
    return Verdict::kThrowAway;
  }
  if (answer.status == 416) return start_again("what is there of it is no part of what is published");
  const bool is_body = answer.status == 200 || answer.status == 206;
  if (is_body && answer.problem.empty()) return start_again("its SHA-256 is not the published one");
  retry(entry, words_of(answer), now);
  return Verdict::kGoOn;
}

void DownloadQueue::kept(FileIndex file) {
  Entry& entry = entries_[file];
  settle(entry, entry.wanted.local.is_whole ? FileState::kRepublished : FileState::kFetched);
}

void DownloadQueue::fail(FileIndex file, std::string problem) {
  Entry& entry = entries_[file];
  if (entry.state == FileState::kFetching) --active_;
  entry.problem = std::move(problem);
  settle(entry, FileState::kFailed);
}

}  // namespace acts::history::archive
