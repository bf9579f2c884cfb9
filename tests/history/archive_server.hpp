// The public archive on a loopback port: files, their checksums and listings as an S3 bucket gives them, and on request
// what a bad day gives instead. Each connection has a thread and one request.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace acts::testing {

struct ArchiveRequest {
  std::string target;  // "/data/spot/…zip", or of a listing "/?delimiter=…", decoded
  std::uint64_t offset = 0;
  std::size_t times = 0;  // that this was asked for before
};

struct ArchiveReply {
  int status = 200;
  std::string body = {};
  std::string headers = {};                   // each with its line end
  std::optional<std::size_t> cut_after = {};  // of the body: then the connection is closed
  bool is_slow = false;                       // a byte every 20 ms
};

class ArchiveServer {
 public:
  using Fault = std::function<std::optional<ArchiveReply>(const ArchiveRequest&)>;

  explicit ArchiveServer(std::size_t page = 1000);
  ~ArchiveServer();
  ArchiveServer(const ArchiveServer&) = delete;
  ArchiveServer& operator=(const ArchiveServer&) = delete;

  [[nodiscard]] std::string url() const;
  // With its checksum file; one of that path is published anew.
  void publish(const std::string& path, std::string content, bool checksum_newline = true);
  // Asked first; none: the answer of a good day.
  void set_fault(Fault fault);
  // How often each target was asked for, and bytes of bodies that were sent.
  [[nodiscard]] std::map<std::string, std::size_t> requests() const;
  [[nodiscard]] std::uint64_t body_bytes() const;

 private:
  struct File {
    std::string content;
    std::uint64_t version = 0;
  };
  void accept_all();
  void serve(int connection);
  ArchiveReply answer(const ArchiveRequest& request);
  [[nodiscard]] std::string listing(const std::string& target) const;
  void send(int connection, const ArchiveReply& reply, std::uint64_t offset);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::size_t page_;
  mutable std::mutex mutex_;  // of all below
  std::map<std::string, File> files_;
  Fault fault_;
  std::map<std::string, std::size_t> requests_;
  std::uint64_t body_bytes_ = 0;
  bool stopping_ = false;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace acts::testing
