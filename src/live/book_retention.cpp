#include "live/book_retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include "live/book_folder.hpp"
#include "store/book_outbox.hpp"

namespace acts {
namespace {

namespace fs = std::filesystem;

struct SavedFile {
  BookDump dump;
  std::uint64_t bytes = 0;
};

class BookPruner {
 public:
  BookPruner(const std::string& data_dir, const BookPruneOptions& options, FileOps& ops)
      : data_dir_(data_dir), options_(options), ops_(ops) {}

  BookPrune run(UnixNanos now) {
    survey();
    if (!files_.empty() && ask_the_store()) remove_first(count(now));
    for (const SavedFile& file : files_) {
      if (!removed_.contains(file.dump)) {
        report_.oldest = file.dump.saved_at;
        break;
      }
    }
    return std::move(report_);
  }

 private:
  void survey() {
    each_full_book(data_dir_, [&](const BookDump& dump) {
      std::error_code gone;
      const std::uint64_t bytes = fs::file_size(path_of(data_dir_, dump), gone);
      if (!gone) files_.push_back({dump, bytes});
    });
    std::ranges::sort(files_, {}, [](const SavedFile& file) { return std::pair(file.dump.saved_at, file.dump); });
    for (const SavedFile& file : files_) newest_[{file.dump.venue, file.dump.symbol}] = file.dump.saved_at;
  }

  // False: who has what could not be found out.
  bool ask_the_store() {
    const std::string path = (fs::path(data_dir_) / "acts.db").string();
    std::error_code error;
    // Without a store no book has been given to anybody, and who waits for one is told by name.
    if (!fs::exists(path, error)) return true;
    auto opened = DeliveredBooks::open(path, options_.sinks, options_.dry_run);
    if (opened) {
      delivered_ = std::move(*opened);
    } else {
      report_.failure = opened.error().message;
    }
    return delivered_ != nullptr;
  }

  std::size_t count(UnixNanos now) const {
    std::vector<AgedFile> aged;
    std::uint64_t total = 0;
    for (const SavedFile& file : files_) {
      aged.push_back({file.dump.saved_at, file.bytes});
      total += file.bytes;
    }
    return count_to_remove(aged, total, options_.limits, std::min(now, files_.back().dump.saved_at + kTrustedGap));
  }

  void remove_first(std::size_t count) {
    for (const SavedFile& file : std::span(files_).first(count)) {
      if (options_.stop() || !report_.failure.empty()) break;
      if (newest_.at({file.dump.venue, file.dump.symbol}) == file.dump.saved_at) continue;
      const auto may_go = is_delivered(file.dump);
      if (!may_go) {
        report_.failure = may_go.error().message;
      } else if (!*may_go) {
        ++report_.waiting;
      } else {
        remove(file);
      }
    }
    forget();
  }

  Result<bool> is_delivered(const BookDump& dump) {
    if (delivered_) return delivered_->holds(dump);
    return !options_.sinks || options_.sinks->empty();
  }

  void remove(const SavedFile& file) {
    const std::string path = path_of(data_dir_, file.dump);
    if (const int status = options_.dry_run ? 0 : ops_.remove(path); status < 0 && status != -ENOENT) {
      report_.failure = fmt::format("{}: cannot be removed: {}", path, std::strerror(-status));
      return;
    }
    ++report_.files;
    report_.bytes += file.bytes;
    removed_.insert(file.dump);
    gone_.push_back(file.dump);
    if (gone_.size() == kBatch) forget();
  }

  // The file first, durably: cut off in between, its number is left over, which costs a line once a new sink comes; the
  // other way round a book would be sent once more.
  void forget() {
    const std::vector<BookDump> gone = std::exchange(gone_, {});
    if (!delivered_ || options_.dry_run || gone.empty() || !sync_folders_of(gone)) return;
    if (const auto done = delivered_->forget(gone); !done && report_.failure.empty()) {
      report_.failure = done.error().message;
    }
  }

  // False: after a power cut some of them may be there again.
  bool sync_folders_of(const std::vector<BookDump>& gone) {
    std::set<std::string> folders;
    for (const BookDump& dump : gone) folders.insert(fs::path(path_of(data_dir_, dump)).parent_path().string());
    for (const std::string& folder : folders) {
      const int status = ops_.sync_directory(folder);
      if (status == 0 || status == -ENOENT) continue;
      if (report_.failure.empty()) report_.failure = fmt::format("{}: {}", folder, std::strerror(-status));
      return false;
    }
    return true;
  }

  static constexpr std::size_t kBatch = 500;

  std::string data_dir_;
  const BookPruneOptions& options_;
  FileOps& ops_;
  std::vector<SavedFile> files_;  // the oldest first
  std::map<std::pair<std::string, std::string>, UnixNanos> newest_;
  std::unique_ptr<DeliveredBooks> delivered_;
  std::set<BookDump> removed_;
  std::vector<BookDump> gone_;  // of them, that the store still knows
  BookPrune report_;
};

}  // namespace

BookPrune prune_books(const std::string& data_dir, const BookPruneOptions& options, UnixNanos now, FileOps& ops) {
  return BookPruner(data_dir, options, ops).run(now);
}

}  // namespace acts
