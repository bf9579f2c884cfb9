// A disk in memory behind FileOps that knows what a power cut takes: what was written and not synced, and names whose
// directory was not synced. Failures, short writes, a full disk and the end of a process in the middle of something
// come from a plan and a seed. Not thread-safe.
//
// A killed process leaves everything that was written. A power cut leaves of each file what was synced, and of what was
// not: nothing, all, a beginning, or some blocks with zeros between them. A name that was made, moved or removed comes
// to the disk with the sync of its directory; a rename is one step, as file systems promise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "exchange/random.hpp"
#include "recording/byte_source.hpp"
#include "recording/file_ops.hpp"

namespace acts::sim {

class SimDisk final : public FileOps {
 public:
  static constexpr std::size_t kBlock = 512;  // bytes that are written whole or not at all

  struct Trouble {
    bool full = false;                // nothing new is taken: -ENOSPC
    std::int64_t fails_one_in = 0;    // operations that fail with -EIO; 0: none
    std::int64_t shorter_one_in = 4;  // writes that take a part only; 0: none
  };
  struct Counts {
    std::uint64_t failures = 0;  // operations that failed by a Trouble
    std::uint64_t full = 0;      // of them with -ENOSPC
    std::uint64_t short_writes = 0;
    std::uint64_t power_cuts = 0;
    std::uint64_t lost_bytes = 0;  // that a power cut took
    std::uint64_t lost_names = 0;  // changes of names that a power cut took
  };

  explicit SimDisk(std::uint64_t seed) : random_(seed) {}

  void set(const Trouble& trouble) { trouble_ = trouble; }
  // After so many more operations every one fails, until process_ends() or cut_power(): the process was ended there.
  void die_after(std::int64_t operations) { lives_ = operations; }
  [[nodiscard]] bool is_dead() const { return lives_ && *lives_ < 0; }
  // The process that used the disk is gone, its files are closed (asserted).
  void process_ends();
  // ... and so is what was not synced.
  void cut_power();

  bool exists(const std::string& path) override { return seen_.contains(path); }
  int make_directory(const std::string& path) override;
  int create(const std::string& path) override;
  int reopen(const std::string& path) override;
  std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override;
  int sync(int fd) override;
  int sync_directory(const std::string& path) override;
  int remove(const std::string& path) override;
  int rename(const std::string& from, const std::string& to) override;
  int list(const std::string& path, std::vector<std::string>& names) override;
  int close(int fd) override;

  // To read a file as it is now. Errors: kUsage if there is none.
  [[nodiscard]] Result<std::unique_ptr<ByteSource>> open(const std::string& path) const;
  // All of it as it is now, below a real directory: for what reads real files.
  void copy_to(const std::filesystem::path& root) const;
  // The names in a directory, in order; none if there is none.
  [[nodiscard]] std::vector<std::string> names_in(std::string_view path) const;
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct File {
    std::string seen;          // by processes
    std::string kept;          // by the disk
    std::vector<Range> dirty;  // of `seen`, not known to the disk
  };
  // A directory has no file.
  using Names = std::map<std::string, std::shared_ptr<File>, std::less<>>;
  struct Change {
    std::string from;  // removed; empty: nothing
    std::string to;    // made; empty: nothing
    std::shared_ptr<File> file;
  };

  int failure(bool takes_room);
  [[nodiscard]] bool has_directory(std::string_view path) const;
  void keep(const Range& range, File& file);
  void lose(File& file);
  void keep_names(std::size_t change);
  static void apply(const Change& change, Names& names);

  exchange::Random random_;
  Trouble trouble_;
  std::optional<std::int64_t> lives_;
  Names seen_;
  Names kept_;
  std::vector<Change> changes_;  // of names, that the disk does not know yet, in order
  std::map<int, std::shared_ptr<File>> open_;
  int next_fd_ = 3;
  Counts counts_;
};

}  // namespace acts::sim
