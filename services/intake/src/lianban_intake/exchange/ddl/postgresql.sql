CREATE TABLE up_pro_accept (
	project_no VARCHAR(50) NOT NULL,
	seq BIGINT NOT NULL,
	task_code VARCHAR(36) NOT NULL,
	task_name VARCHAR(200) NOT NULL,
	division_code VARCHAR(12) NOT NULL,
	apply_date TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	accept_date TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	promise_date DATE,
	legal_date DATE,
	accept_doc_no VARCHAR(64),
	applyer_name VARCHAR(200) NOT NULL,
	applyer_type VARCHAR(1) NOT NULL,
	applyer_page_type VARCHAR(20) NOT NULL,
	applyer_page_code VARCHAR(64) NOT NULL,
	contact_name VARCHAR(200),
	contact_mobile VARCHAR(32),
	org_code VARCHAR(64) NOT NULL,
	org_name VARCHAR(200) NOT NULL,
	handle_user_name VARCHAR(100) NOT NULL,
	cd_operation VARCHAR(1) NOT NULL,
	cd_batch VARCHAR(32) NOT NULL,
	cd_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	is_sync SMALLINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (project_no, seq)
);
CREATE INDEX ix_up_pro_accept_is_sync ON up_pro_accept (is_sync, cd_time);
COMMENT ON TABLE up_pro_accept IS '受理信息';
COMMENT ON COLUMN up_pro_accept.project_no IS '办件编号';
COMMENT ON COLUMN up_pro_accept.seq IS '本办件内的序号，按发生先后递增';
COMMENT ON COLUMN up_pro_accept.task_code IS '主题编码';
COMMENT ON COLUMN up_pro_accept.task_name IS '主题名称';
COMMENT ON COLUMN up_pro_accept.division_code IS '行政区划';
COMMENT ON COLUMN up_pro_accept.apply_date IS '申请时间';
COMMENT ON COLUMN up_pro_accept.accept_date IS '受理时间';
COMMENT ON COLUMN up_pro_accept.promise_date IS '承诺办结日期';
COMMENT ON COLUMN up_pro_accept.legal_date IS '法定办结日期';
COMMENT ON COLUMN up_pro_accept.accept_doc_no IS '受理通知书文号';
COMMENT ON COLUMN up_pro_accept.applyer_name IS '申请人';
COMMENT ON COLUMN up_pro_accept.applyer_type IS '1 自然人，2 法人和其他组织';
COMMENT ON COLUMN up_pro_accept.applyer_page_type IS '申请人证件类型';
COMMENT ON COLUMN up_pro_accept.applyer_page_code IS '申请人证件号码';
COMMENT ON COLUMN up_pro_accept.contact_name IS '联系人';
COMMENT ON COLUMN up_pro_accept.contact_mobile IS '联系电话';
COMMENT ON COLUMN up_pro_accept.org_code IS '牵头部门编码';
COMMENT ON COLUMN up_pro_accept.org_name IS '牵头部门名称';
COMMENT ON COLUMN up_pro_accept.handle_user_name IS '经办人';
COMMENT ON COLUMN up_pro_accept.cd_operation IS 'I 新增，U 变更，D 撤销';
COMMENT ON COLUMN up_pro_accept.cd_batch IS '批次号';
COMMENT ON COLUMN up_pro_accept.cd_time IS '写入时间';
COMMENT ON COLUMN up_pro_accept.is_sync IS '0 未接收，1 已接收';
CREATE TABLE up_pro_process (
	project_no VARCHAR(50) NOT NULL,
	seq BIGINT NOT NULL,
	process_code VARCHAR(48),
	process_name VARCHAR(200) NOT NULL,
	org_code VARCHAR(64),
	org_name VARCHAR(200),
	event_name VARCHAR(100) NOT NULL,
	event_start_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	event_end_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	handle_explain TEXT,
	handle_user_name VARCHAR(100) NOT NULL,
	cd_operation VARCHAR(1) NOT NULL,
	cd_batch VARCHAR(32) NOT NULL,
	cd_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	is_sync SMALLINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (project_no, seq)
);
CREATE INDEX ix_up_pro_process_is_sync ON up_pro_process (is_sync, cd_time);
COMMENT ON TABLE up_pro_process IS '过程信息';
COMMENT ON COLUMN up_pro_process.project_no IS '办件编号';
COMMENT ON COLUMN up_pro_process.seq IS '本办件内的序号，按发生先后递增';
COMMENT ON COLUMN up_pro_process.process_code IS '环节编码，整个办件为空';
COMMENT ON COLUMN up_pro_process.process_name IS '环节名称';
COMMENT ON COLUMN up_pro_process.org_code IS '部门编码';
COMMENT ON COLUMN up_pro_process.org_name IS '部门名称';
COMMENT ON COLUMN up_pro_process.event_name IS '办理动作';
COMMENT ON COLUMN up_pro_process.event_start_time IS '开始时间';
COMMENT ON COLUMN up_pro_process.event_end_time IS '结束时间';
COMMENT ON COLUMN up_pro_process.handle_explain IS '办理意见';
COMMENT ON COLUMN up_pro_process.handle_user_name IS '经办人';
COMMENT ON COLUMN up_pro_process.cd_operation IS 'I 新增，U 变更，D 撤销';
COMMENT ON COLUMN up_pro_process.cd_batch IS '批次号';
COMMENT ON COLUMN up_pro_process.cd_time IS '写入时间';
COMMENT ON COLUMN up_pro_process.is_sync IS '0 未接收，1 已接收';
CREATE TABLE up_pro_special_procedure (
	project_no VARCHAR(50) NOT NULL,
	seq BIGINT NOT NULL,
	process_code VARCHAR(48),
	process_name VARCHAR(200) NOT NULL,
	org_code VARCHAR(64),
	org_name VARCHAR(200),
	special_type VARCHAR(32) NOT NULL,
	special_name VARCHAR(100) NOT NULL,
	special_reason TEXT,
	special_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	end_time TIMESTAMP WITHOUT TIME ZONE,
	result TEXT,
	handle_user_name VARCHAR(100) NOT NULL,
	cd_operation VARCHAR(1) NOT NULL,
	cd_batch VARCHAR(32) NOT NULL,
	cd_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	is_sync SMALLINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (project_no, seq)
);
CREATE INDEX ix_up_pro_special_procedure_is_sync ON up_pro_special_procedure (is_sync, cd_time);
COMMENT ON TABLE up_pro_special_procedure IS '特别程序信息';
COMMENT ON COLUMN up_pro_special_procedure.project_no IS '办件编号';
COMMENT ON COLUMN up_pro_special_procedure.seq IS '本办件内的序号，按发生先后递增';
COMMENT ON COLUMN up_pro_special_procedure.process_code IS '环节编码，整个办件为空';
COMMENT ON COLUMN up_pro_special_procedure.process_name IS '环节名称';
COMMENT ON COLUMN up_pro_special_procedure.org_code IS '部门编码';
COMMENT ON COLUMN up_pro_special_procedure.org_name IS '部门名称';
COMMENT ON COLUMN up_pro_special_procedure.special_type IS '特别程序种类编码';
COMMENT ON COLUMN up_pro_special_procedure.special_name IS '特别程序名称';
COMMENT ON COLUMN up_pro_special_procedure.special_reason IS '启动理由';
COMMENT ON COLUMN up_pro_special_procedure.special_time IS '启动时间';
COMMENT ON COLUMN up_pro_special_procedure.end_time IS '结束时间，未结束为空';
COMMENT ON COLUMN up_pro_special_procedure.result IS '特别程序结果';
COMMENT ON COLUMN up_pro_special_procedure.handle_user_name IS '经办人';
COMMENT ON COLUMN up_pro_special_procedure.cd_operation IS 'I 新增，U 变更，D 撤销';
COMMENT ON COLUMN up_pro_special_procedure.cd_batch IS '批次号';
COMMENT ON COLUMN up_pro_special_procedure.cd_time IS '写入时间';
COMMENT ON COLUMN up_pro_special_procedure.is_sync IS '0 未接收，1 已接收';
CREATE TABLE up_pro_material (
	project_no VARCHAR(50) NOT NULL,
	seq BIGINT NOT NULL,
	material_code VARCHAR(64) NOT NULL,
	material_name VARCHAR(200) NOT NULL,
	get_type VARCHAR(1) NOT NULL,
	get_num SMALLINT NOT NULL,
	get_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	cd_operation VARCHAR(1) NOT NULL,
	cd_batch VARCHAR(32) NOT NULL,
	cd_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	is_sync SMALLINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (project_no, seq)
);
CREATE INDEX ix_up_pro_material_is_sync ON up_pro_material (is_sync, cd_time);
COMMENT ON TABLE up_pro_material IS '材料信息';
COMMENT ON COLUMN up_pro_material.project_no IS '办件编号';
COMMENT ON COLUMN up_pro_material.seq IS '本办件内的序号，按发生先后递增';
COMMENT ON COLUMN up_pro_material.material_code IS '材料编码';
COMMENT ON COLUMN up_pro_material.material_name IS '材料名称';
COMMENT ON COLUMN up_pro_material.get_type IS '1 上传，2 电子证照库调取';
COMMENT ON COLUMN up_pro_material.get_num IS '份数';
COMMENT ON COLUMN up_pro_material.get_time IS '收取时间';
COMMENT ON COLUMN up_pro_material.cd_operation IS 'I 新增，U 变更，D 撤销';
COMMENT ON COLUMN up_pro_material.cd_batch IS '批次号';
COMMENT ON COLUMN up_pro_material.cd_time IS '写入时间';
COMMENT ON COLUMN up_pro_material.is_sync IS '0 未接收，1 已接收';
CREATE TABLE up_pro_result (
	project_no VARCHAR(50) NOT NULL,
	seq BIGINT NOT NULL,
	process_code VARCHAR(48),
	process_name VARCHAR(200) NOT NULL,
	org_code VARCHAR(64),
	org_name VARCHAR(200),
	result_type VARCHAR(20) NOT NULL,
	result_name VARCHAR(100) NOT NULL,
	result_date TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	result_explain TEXT,
	result_cetr_name VARCHAR(200),
	result_cetr_no VARCHAR(200),
	is_delivery_results SMALLINT NOT NULL,
	handle_user_name VARCHAR(100) NOT NULL,
	cd_operation VARCHAR(1) NOT NULL,
	cd_batch VARCHAR(32) NOT NULL,
	cd_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	is_sync SMALLINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (project_no, seq)
);
CREATE INDEX ix_up_pro_result_is_sync ON up_pro_result (is_sync, cd_time);
COMMENT ON TABLE up_pro_result IS '结果信息';
COMMENT ON COLUMN up_pro_result.project_no IS '办件编号';
COMMENT ON COLUMN up_pro_result.seq IS '本办件内的序号，按发生先后递增';
COMMENT ON COLUMN up_pro_result.process_code IS '环节编码，整个办件为空';
COMMENT ON COLUMN up_pro_result.process_name IS '环节名称';
COMMENT ON COLUMN up_pro_result.org_code IS '部门编码';
COMMENT ON COLUMN up_pro_result.org_name IS '部门名称';
COMMENT ON COLUMN up_pro_result.result_type IS '办理结果编码';
COMMENT ON COLUMN up_pro_result.result_name IS '办理结果';
COMMENT ON COLUMN up_pro_result.result_date IS '办结时间';
COMMENT ON COLUMN up_pro_result.result_explain IS '结果说明';
COMMENT ON COLUMN up_pro_result.result_cetr_name IS '证照或批文名称';
COMMENT ON COLUMN up_pro_result.result_cetr_no IS '证照或批文编号';
COMMENT ON COLUMN up_pro_result.is_delivery_results IS '1 快递送达，0 其他方式';
COMMENT ON COLUMN up_pro_result.handle_user_name IS '经办人';
COMMENT ON COLUMN up_pro_result.cd_operation IS 'I 新增，U 变更，D 撤销';
COMMENT ON COLUMN up_pro_result.cd_batch IS '批次号';
COMMENT ON COLUMN up_pro_result.cd_time IS '写入时间';
COMMENT ON COLUMN up_pro_result.is_sync IS '0 未接收，1 已接收';
