#include "simulation/sim_disk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::sim {
namespace {

std::string_view directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

class FileSource final : public ByteSource {
 public:
  FileSource(std::shared_ptr<const void> owner, const std::string& bytes) : owner_(std::move(owner)), bytes_(bytes) {}

  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t count = bytes_.size() > done_ ? bytes_.copy(out.data(), out.size(), done_) : 0;
    done_ += count;
    return count;
  }

 private:
  std::shared_ptr<const void> owner_;
  const std::string& bytes_;
  std::size_t done_ = 0;
};

}  // namespace

// 0, or what the operation fails with.
int SimDisk::failure(bool takes_room) {
  if (lives_ && --*lives_ < 0) return -EIO;
  const bool full = takes_room && trouble_.full;
  if (!full && (trouble_.fails_one_in == 0 || !random_.one_in(trouble_.fails_one_in))) return 0;
  ++counts_.failures;
  counts_.full += static_cast<std::uint64_t>(full);
  return full ? -ENOSPC : -EIO;
}

bool SimDisk::has_directory(std::string_view path) const {
  if (path.empty()) return true;
  const auto found = seen_.find(path);
  return found != seen_.end() && found->second == nullptr;
}

int SimDisk::make_directory(const std::string& path) {
  if (const int status = failure(true); status < 0) return status;
  if (seen_.contains(path)) return -EEXIST;
  if (!has_directory(directory_of(path))) return -ENOENT;
  changes_.push_back({{}, path, nullptr});
  apply(changes_.back(), seen_);
  return 0;
}

int SimDisk::create(const std::string& path) {
  if (const int status = failure(true); status < 0) return status;
  if (seen_.contains(path)) return -EEXIST;
  if (!has_directory(directory_of(path))) return -ENOENT;
  changes_.push_back({{}, path, std::make_shared<File>()});
  apply(changes_.back(), seen_);
  open_[next_fd_] = changes_.back().file;
  return next_fd_++;
}

int SimDisk::reopen(const std::string& path) {
  if (const int status = failure(false); status < 0) return status;
  const auto found = seen_.find(path);
  if (found == seen_.end()) return -ENOENT;
  if (found->second == nullptr) return -EISDIR;
  open_[next_fd_] = found->second;
  return next_fd_++;
}

std::int64_t SimDisk::write_at(int fd, std::string_view bytes, std::uint64_t offset) {
  if (const int status = failure(true); status < 0) return status;
  if (bytes.size() > 1 && trouble_.shorter_one_in > 0 && random_.one_in(trouble_.shorter_one_in)) {
    bytes = bytes.substr(0, 1 + static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(bytes.size() - 1))));
    ++counts_.short_writes;
  }
  File& file = *open_.at(fd);
  const Range range{offset, offset + bytes.size()};
  if (file.seen.size() < range.begin) file.seen.resize(range.begin);
  file.seen.replace(range.begin, std::min(bytes.size(), file.seen.size() - range.begin), bytes);
  if (!file.dirty.empty() && file.dirty.back().end == range.begin) {
    file.dirty.back().end = range.end;
  } else {
    file.dirty.push_back(range);
  }
  return static_cast<std::int64_t>(bytes.size());
}

void SimDisk::keep(const Range& range, File& file) {
  if (file.kept.size() < range.begin) file.kept.resize(range.begin);
  const std::size_t size = range.end - range.begin;
  file.kept.replace(range.begin, std::min(size, file.kept.size() - range.begin), file.seen, range.begin, size);
}

// Of what the disk does not know it keeps what the seed says.
void SimDisk::lose(File& file) {
  const std::int64_t how = random_.below(4);
  for (const Range& range : file.dirty) {
    if (how == 0) {
      keep(range, file);
      continue;
    }
    const auto size = static_cast<std::int64_t>(range.end - range.begin);
    if (how == 1) {
      const std::size_t end = range.begin + static_cast<std::size_t>(random_.below(size + 1));
      keep({range.begin, end}, file);
      if (end < range.end) break;
    }
    if (how != 2) continue;
    for (std::size_t at = range.begin; at < range.end;) {
      const std::size_t end = std::min(range.end, (at / kBlock + 1) * kBlock);
      if (random_.one_in(2)) keep({at, end}, file);
      at = end;
    }
  }
  counts_.lost_bytes += file.seen.size() - std::min(file.seen.size(), file.kept.size());
  file.dirty.clear();
  file.seen = file.kept;
}

// After a failed sync the system takes its pages for clean, whether or not they have reached the disk, and may read
// them anew from there.
int SimDisk::sync(int fd) {
  File& file = *open_.at(fd);
  if (const int status = failure(false); status < 0) {
    if (!is_dead()) lose(file);
    return status;
  }
  for (const Range& range : file.dirty) keep(range, file);
  file.dirty.clear();
  return 0;
}

int SimDisk::sync_directory(const std::string& path) {
  if (const int status = failure(false); status < 0) return status;
  if (!has_directory(path)) return -ENOENT;
  const auto touches = [&path](const Change& one) {
    return (!one.from.empty() && directory_of(one.from) == path) || (!one.to.empty() && directory_of(one.to) == path);
  };
  for (std::size_t i = 0; i < changes_.size();) {
    if (!touches(changes_[i])) {
      ++i;
      continue;
    }
    keep_names(i);
    i = 0;
  }
  // A directory that was synced can be reached.
  for (std::string_view made = path; !made.empty(); made = directory_of(made)) {
    const auto change = std::ranges::find(changes_, made, &Change::to);
    if (change != changes_.end()) keep_names(static_cast<std::size_t>(change - changes_.begin()));
  }
  return 0;
}

void SimDisk::apply(const Change& change, Names& names) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.file;
}

// With what came before it of the same names.
void SimDisk::keep_names(std::size_t change) {
  const Change last = changes_[change];
  const auto is_of_last = [&last](const std::string& name) {
    return !name.empty() && (name == last.from || name == last.to);
  };
  for (std::size_t i = 0; i < change;) {
    if (!is_of_last(changes_[i].from) && !is_of_last(changes_[i].to)) {
      ++i;
      continue;
    }
    const std::size_t before = changes_.size();
    keep_names(i);
    change -= before - changes_.size();
    i = 0;
  }
  apply(last, kept_);
  changes_.erase(changes_.begin() + static_cast<std::ptrdiff_t>(change));
}

int SimDisk::remove(const std::string& path) {
  if (const int status = failure(false); status < 0) return status;
  const auto found = seen_.find(path);
  if (found == seen_.end()) return -ENOENT;
  const std::string below = fmt::format("{}/", path);
  if (const auto next = seen_.lower_bound(below); next != seen_.end() && next->first.starts_with(below)) {
    return -ENOTEMPTY;
  }
  changes_.push_back({path, {}, nullptr});
  apply(changes_.back(), seen_);
  return 0;
}

int SimDisk::rename(const std::string& from, const std::string& to) {
  if (const int status = failure(false); status < 0) return status;
  const auto found = seen_.find(from);
  if (found == seen_.end()) return -ENOENT;
  if (seen_.contains(to)) return -EEXIST;
  if (!has_directory(directory_of(to))) return -ENOENT;
  ACTS_ASSERT(found->second != nullptr);  // directories are not moved here
  changes_.push_back({from, to, found->second});
  apply(changes_.back(), seen_);
  return 0;
}

int SimDisk::list(const std::string& path, std::vector<std::string>& names) {
  names.clear();
  if (is_dead()) return -EIO;
  if (const auto found = seen_.find(path); found != seen_.end() && found->second != nullptr) return -ENOTDIR;
  names = names_in(path);
  return 0;
}

void SimDisk::copy_to(const std::filesystem::path& root) const {
  for (const auto& [path, file] : seen_) {
    if (file == nullptr) {
      std::filesystem::create_directories(root / path);
    } else {
      std::ofstream(root / path, std::ios::binary) << file->seen;
    }
  }
}

std::vector<std::string> SimDisk::names_in(std::string_view path) const {
  std::vector<std::string> names;
  const std::string below = fmt::format("{}/", path);
  for (auto at = seen_.lower_bound(below); at != seen_.end() && at->first.starts_with(below); ++at) {
    std::string name = at->first.substr(below.size());
    if (!name.contains('/')) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

int SimDisk::close(int fd) {
  ACTS_ASSERT(open_.erase(fd) == 1);
  return 0;
}

void SimDisk::process_ends() {
  ACTS_ASSERT(open_.empty());
  lives_.reset();
}

void SimDisk::cut_power() {
  process_ends();
  ++counts_.power_cuts;
  // The changes that have come to the disk by themselves; of each directory those before them have, too.
  const bool in_order = random_.one_in(2);
  const auto most = static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(changes_.size()) + 1));
  if (in_order) {
    for (std::size_t i = 0; i < most; ++i) keep_names(0);
  } else {
    for (std::size_t i = changes_.size(); i > 0; --i) {
      if (i <= changes_.size() && random_.one_in(2)) keep_names(i - 1);
    }
  }
  counts_.lost_names += changes_.size();
  changes_.clear();
  // A directory comes before what is in it.
  std::erase_if(kept_, [this](const auto& one) {
    const std::string_view parent = directory_of(one.first);
    return !parent.empty() && !kept_.contains(parent);
  });
  seen_ = kept_;
  for (const auto& [path, file] : seen_) {
    if (file != nullptr) lose(*file);
  }
}

Result<std::unique_ptr<ByteSource>> SimDisk::open(const std::string& path) const {
  const auto found = seen_.find(path);
  if (found == seen_.end() || found->second == nullptr) {
    return fail(ErrorCode::kUsage, fmt::format("{}: cannot be opened", path));
  }
  return std::make_unique<FileSource>(found->second, found->second->seen);
}

}  // namespace acts::sim
