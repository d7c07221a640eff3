-- 一事联办 · 前置库表（MySQL 5.7、MariaDB 10.3 及以上）。由部门的数据库管理员在本部门的库中执行一次。
-- 服务器的 max_allowed_packet 不小于 16M，否则大的材料文件写不进来。
-- 平台写 lb_task、lb_task_material，部门读；部门写 lb_act、lb_act_result，平台读。
-- is_sync：0 未处理，1 已处理，9 隔离（内容有误，原因见 sync_desc，更正后改回 0）。
-- cd_operation：I 新增，U 补正、更正，D 收回。时间均为北京时间，不带时区。

CREATE TABLE lb_task (
    id              bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    cd_operation    varchar(1)   NOT NULL,                            -- I 新任务，U 补正材料已到，D 收回
    cd_batch        varchar(200) NOT NULL,                            -- 消息编号，与材料行相同；重发时不变
    cd_time         datetime     NOT NULL DEFAULT CURRENT_TIMESTAMP,
    is_sync         smallint     NOT NULL DEFAULT 0,                  -- 部门取走后改为 1
    sync_time       datetime,
    task_id         varchar(160) NOT NULL,                            -- 任务编号
    project_no      varchar(64)  NOT NULL,                            -- 办件编号
    process_code    varchar(64)  NOT NULL,                            -- 环节代码；acceptance 为受理整个办件
    process_name    varchar(200),
    process_kind    varchar(16),
    task_code       varchar(64),                                      -- 事项代码
    theme_code      varchar(64),
    theme_name      varchar(200),
    division_code   varchar(32),
    apply_date      datetime,                                         -- 收到日期
    promise_date    date,                                             -- 承诺时限最后一天
    legal_date      date,                                             -- 法定时限最后一天
    applyer_name    varchar(200),
    applyer_content longtext,                                         -- 申请人，JSON
    form_content    longtext,                                         -- 表单，JSON
    result_content  longtext,                                         -- 准予时应有的办理结果，JSON
    scope_content   longtext,                                         -- 可以要求补正的材料和表单项，JSON
    material_num    smallint,                                         -- 同一 cd_batch 的材料行数
    cancel_type     varchar(32),
    cancel_reason   varchar(200)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
CREATE UNIQUE INDEX uk_lb_task_batch ON lb_task (cd_batch);
CREATE INDEX ix_lb_task_sync ON lb_task (is_sync, id);
CREATE INDEX ix_lb_task_task ON lb_task (task_id);

CREATE TABLE lb_task_material (
    id              bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    cd_operation    varchar(1)   NOT NULL,
    cd_batch        varchar(200) NOT NULL,
    cd_time         datetime     NOT NULL DEFAULT CURRENT_TIMESTAMP,
    is_sync         smallint     NOT NULL DEFAULT 0,
    sync_time       datetime,
    task_id         varchar(160) NOT NULL,
    material_code   varchar(64)  NOT NULL,
    material_name   varchar(200) NOT NULL,
    file_name       varchar(255) NOT NULL,
    media_type      varchar(100) NOT NULL,
    file_digest     varchar(64)  NOT NULL,                            -- 文件的 SHA-256
    file_content    longblob,                                         -- 文件；为空时按 file_url 取
    file_url        varchar(1000),
    licence_content longtext                                          -- 电子证照信息，JSON
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
CREATE INDEX ix_lb_task_material_batch ON lb_task_material (cd_batch);

CREATE TABLE lb_act (
    id               bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    cd_operation     varchar(1)   NOT NULL DEFAULT 'I',
    cd_batch         varchar(200),
    cd_time          datetime     NOT NULL DEFAULT CURRENT_TIMESTAMP,
    is_sync          smallint     NOT NULL DEFAULT 0,                 -- 平台取走后改为 1 或 9
    sync_time        datetime,
    act_id           varchar(128) NOT NULL,                           -- 部门自编的动作编号
    task_id          varchar(160) NOT NULL,
    event_name       varchar(32)  NOT NULL,                           -- 动作：accept 受理，decide 办结 等，见对接说明
    actor_type       varchar(16)  NOT NULL,                           -- human 人工，system 系统
    handle_user_name varchar(64),                                     -- 工作人员编号，不得用姓名
    event_time       datetime     NOT NULL,                           -- 动作发生的时间
    result_type      varchar(16),                                     -- granted 准予，refused 不予
    handle_explain   longtext,                                        -- 理由
    legal_basis      longtext,
    remedy           longtext,
    special_type     varchar(32),                                     -- 特别程序的种类，如 testing 检测
    special_days     smallint,                                        -- 工作日数：特别程序所需的，或者延长的
    special_result   longtext,                                        -- 特别程序的结果
    approver_role    varchar(32),                                     -- 批准人的身份，如 agency_head 部门负责人
    act_content      longtext,                                        -- 其他字段，JSON 对象
    result_num       smallint     NOT NULL DEFAULT 0,                 -- 办理结果的行数
    sync_status      varchar(16),                                     -- applied、stored、review、refused、quarantined
    sync_code        varchar(64),                                     -- 不接受的原因代码
    sync_desc        varchar(1000)                                    -- 说明
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
CREATE UNIQUE INDEX uk_lb_act_act ON lb_act (act_id);
CREATE INDEX ix_lb_act_sync ON lb_act (is_sync, id);

CREATE TABLE lb_act_result (
    id               bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    act_id           varchar(128) NOT NULL,
    result_code      varchar(64)  NOT NULL,                           -- 与任务 result_content 中的代码相同
    result_cetr_name varchar(200) NOT NULL,
    result_cetr_no   varchar(200),
    valid_from       date,
    valid_until      date,
    file_name        varchar(255),
    media_type       varchar(100),
    file_digest      varchar(64),                                     -- 文件的 SHA-256，写了就核对
    file_content     longblob,
    cd_time          datetime     NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
CREATE INDEX ix_lb_act_result_act ON lb_act_result (act_id);

-- 平台登录用的账号（名称、口令自定）只需要：
--   GRANT SELECT, INSERT ON lb_task TO lianban;
--   GRANT SELECT, INSERT ON lb_task_material TO lianban;
--   GRANT SELECT, UPDATE (is_sync, sync_time, sync_status, sync_code, sync_desc) ON lb_act TO lianban;
--   GRANT SELECT ON lb_act_result TO lianban;
